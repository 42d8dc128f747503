"""Long-running child processes of `make run` and of the system tests: start, watch, stop."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

from crm.embedded.files import last_lines, open_log

STOP_SECONDS = 6
# From <linux/prctl.h>; Python has no name for it
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def celery_command(app: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", app, "--quiet", *arguments]


def worker_command(name: str, concurrency: int = 128) -> list[str]:
    """Threads, because a task waits for PostgreSQL, Twilio and the model rather than computes: see deploy.md."""
    # Gossip and mingle are talk among workers that none here needs; the latter waits a second at the start
    options = ["--pool", "threads", "--concurrency", str(concurrency), "--without-gossip", "--without-mingle"]
    # Celery's Django fixup runs Django's checks, for which a worker loads every page, and ignores what they say
    return celery_command("crm", "--skip-checks", "worker", "--hostname", f"{name}@%h", *options)


def beat_command(schedule: Path) -> list[str]:
    # No pid file: one that a killed beat left behind would keep the next from starting
    return celery_command("crm.beat", "beat", "--schedule", str(schedule), "--pidfile", "")


def web_command(host: str, port: int) -> list[str]:
    """Pages, API and sockets from one daphne: one port, and no second server to explain to a newcomer."""
    # Its log of requests would have whole addresses, with the names and numbers that people search for
    quiet = ["--access-log", os.devnull]
    return [
        sys.executable,
        "-m",
        "daphne",
        "--bind",
        host,
        "--port",
        str(port),
        *quiet,
        "crm.asgi:application",
    ]


class Child:
    """One process, restarted by whoever watches it. Its output goes to a log file of its own."""

    def __init__(self, name: str, command: list[str], log: Path, environment: Mapping[str, str] = {}) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.environment = dict(environment)
        self.starts: deque[float] = deque(maxlen=4)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """In a session of its own: Ctrl-C reaches the launcher alone, which stops all in order."""
        self.starts.append(time.monotonic())
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process.pid

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keeps_dying(self) -> bool:
        """Four starts within a minute: another one would not help."""
        return len(self.starts) == self.starts.maxlen and time.monotonic() - self.starts[0] < 60

    def how_it_ended(self) -> str:
        code = self.process.returncode if self.process else None
        if code is not None and code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    def last_words(self) -> str:
        return last_lines(self.log)

    def send(self, signal_number: int) -> None:
        """To the process and whatever it started."""
        if self.is_running():
            # A session of its own is a group of its own, with the number of its first process
            os.killpg(self.pid, signal_number)


def stop_all(children: Iterable[Child]) -> None:
    """Ask all at once; kill those that take longer than a few seconds."""
    children = [child for child in children if child.is_running()]
    for child in children:
        child.send(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(child.is_running() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.send(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


def _die_with_parent() -> None:
    """Linux ends the child when its parent is killed; elsewhere a killed launcher leaves children behind."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
