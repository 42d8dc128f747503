"""`make run`: everything a newcomer needs, started in order, watched, and stopped together."""

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from crm import embedded
from crm.embedded.files import Layout, locked
from crm.processes import Child, beat_command, stop_all, web_command, worker_command

# A fresh clone compiles every module at its first start
READY_SECONDS = 90

BANNER = """
  CRM is running: {url}/

    Logins     manager, ana, bia, carlos   (password: demo)
    Simulator  {url}/simulator/   a phone that writes to the agent
    Admin      {url}/admin/       as manager
    Logs       {logs}
    Stop       Ctrl-C
"""


class LaunchError(Exception):
    """Why the start ended, in words for the terminal."""


class Launcher:
    def __init__(self) -> None:
        self.layout = Layout.of(settings.DATA_DIR)
        self.host = os.environ.get("HOST", "127.0.0.1")
        # Noted at the start: a parent that dies leaves us to another, and by that we see it
        self.parent = os.getppid()
        self.children = self._children()

    def run(self) -> None:
        self._check_port()
        try:
            self._prepare_database()
            self._start_children()
            print(BANNER.format(url=settings.PUBLIC_URL, logs=self.layout.logs), flush=True)
            while True:
                self._watch()
        except KeyboardInterrupt:
            say("\nStopping …")
        finally:
            self._stop()

    def _children(self) -> list[Child]:
        port = settings.PORT
        schedule = self.layout.run / f"beat-{port}"
        web = Child("web", web_command(self.host, port), self._log("web"), {"DB_POOL_SIZE": "10"})
        worker = Child("worker", worker_command(f"worker-{port}"), self._log("worker"))
        return [web, worker, Child("beat", beat_command(schedule), self._log("beat"))]

    def _log(self, name: str) -> Path:
        """Two runs may share a data folder, never a port."""
        return self.layout.log(f"{name}-{settings.PORT}")

    def _check_port(self) -> None:
        try:
            # Before the children start: daphne would only say so in a log that a newcomer does not know of
            socket.create_server((self.host, settings.PORT)).close()
        except (OSError, OverflowError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).split(" (")[0]
            raise LaunchError(
                f"Port {settings.PORT} on {self.host} cannot be used: {reason}. "
                "Choose another one, such as: make run PORT=8010"
            ) from error

    def _prepare_database(self) -> None:
        """Migrate and load the demo workspace; skipped where the embedded database has both already."""
        self.layout.make_folders()
        stamp, version = self.layout.run / "prepared", _version_of_schema()
        is_own_server = "DATABASE_URL" in os.environ
        # Two runs on two ports may share the folder, and one database is migrated once
        with locked(self.layout.lock("prepare")):
            if not is_own_server and stamp.exists() and stamp.read_text() == version:
                return
            say("Preparing the database …")
            _manage("migrate", "--no-input", "--verbosity", "0")
            _manage("seed_demo")
            stamp.write_text(version)

    def _start_children(self) -> None:
        say("Starting web, worker and beat …")
        for child in self.children:
            child.start()
        deadline = time.monotonic() + READY_SECONDS
        while problems := self._problems():
            self._watch()
            if time.monotonic() > deadline:
                raise LaunchError(f"Not ready after {READY_SECONDS} s: {problems}. Logs: {self.layout.logs}")

    def _problems(self) -> str:
        """What /readyz misses; empty when nothing."""
        host = "127.0.0.1" if self.host in ("", "0.0.0.0") else self.host  # noqa: S104 - compared, not bound
        connection = http.client.HTTPConnection(host, settings.PORT, timeout=5)
        try:
            # By the public name, as ALLOWED_HOSTS need not have 127.0.0.1
            connection.request("GET", "/readyz", headers={"Host": urlsplit(settings.PUBLIC_URL).netloc})
            response = connection.getresponse()
            checks = json.loads(response.read())["checks"]
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            return f"web does not answer ({type(error).__name__})"
        finally:
            connection.close()
        return ", ".join(f"{name}: {answer}" for name, answer in checks.items() if answer != "ok")

    def _watch(self) -> None:
        """One look at the children and at whoever started us."""
        time.sleep(0.2)
        for child in self.children:
            if not child.is_running():
                self._restart(child)
        if os.getppid() != self.parent or _make_was_interrupted(self.parent):
            raise KeyboardInterrupt

    def _restart(self, child: Child) -> None:
        if child.keeps_dying():
            raise LaunchError(f"{child.name} {child.how_it_ended()}, again and again.\n{child.last_words()}")
        say(f"{child.name} {child.how_it_ended()}; starting it again. Its log: {child.log}")
        child.start()

    def _stop(self) -> None:
        # A second Ctrl-C must not leave half of the processes behind
        on_stop_signals(signal.SIG_IGN)
        stop_all(self.children)
        if not embedded.release(settings.DATA_DIR):
            say("PostgreSQL and Redis stay: another process uses them.")
        say("Stopped.")


def say(text: str) -> None:
    # a closed terminal must not keep the rest from being stopped
    with suppress(OSError):
        print(text, flush=True)


def on_stop_signals(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _manage(*arguments: str) -> None:
    """A management command in a process of its own: the launcher starts faster without the apps."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, check=False)
    if done.returncode:
        raise LaunchError(f"manage.py {arguments[0]} failed.")


def _version_of_schema() -> str:
    """Changes with every migration of ours and every update of a library."""
    ours = sorted(path.name for path in settings.BASE_DIR.glob("*/migrations/*.py"))
    libraries = (settings.BASE_DIR / "requirements.txt").read_text()
    return hashlib.sha256("\n".join([*ours, libraries]).encode()).hexdigest()


def _make_was_interrupted(parent: int) -> bool:
    """GNU make that alone receives SIGINT waits for us without a word; Linux shows that it is in its handler.

    A terminal sends Ctrl-C to both; a script that signals the process it started reaches only make.
    """
    try:
        status = Path(f"/proc/{parent}/status").read_text()
    except OSError:
        return False
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    blocked = int(facts.get("SigBlk", "0"), 16)
    return facts.get("Name") == "make" and bool(blocked & 1 << (signal.SIGINT - 1))


def main() -> None:
    os.environ.setdefault("DEMO", "1")
    on_stop_signals(signal.default_int_handler)  # every one of them raises KeyboardInterrupt
    if not os.environ.get("PORT", "8000").isdecimal():
        sys.exit("error: PORT must be a number.")
    try:
        say("Starting PostgreSQL and Redis …")
        Launcher().run()
    except (LaunchError, ImproperlyConfigured, embedded.EmbeddedServerError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("Stopped.")


if __name__ == "__main__":
    main()
