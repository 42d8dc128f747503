"""`make run`: everything a newcomer needs, started in order, watched, and stopped together."""

import http.client
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connections

from crm import embedded
from crm.embedded.files import Layout, locked
from crm.processes import Child, beat_command, stop_all, web_command, worker_command

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
            socket.create_server((self.host, settings.PORT)).close()
        except (OSError, OverflowError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).split(" (")[0]
            raise LaunchError(
                f"Port {settings.PORT} on {self.host} cannot be used: {reason}. "
                "Choose another one, such as: make run PORT=8010"
            ) from error

    def _prepare_database(self) -> None:
        say("Preparing the database …")
        self.layout.make_folders()
        with locked(self.layout.lock("prepare")):
            call_command("migrate", interactive=False, verbosity=0)
            call_command("seed_demo", verbosity=0)
        connections.close_all()

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
        on_stop_signals(signal.SIG_IGN)
        stop_all(self.children)
        connections.close_all()
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
        django.setup()
        Launcher().run()
    except (LaunchError, ImproperlyConfigured, embedded.EmbeddedServerError) as error:
        sys.exit(f"error: {error}")
    except DatabaseError as error:
        sys.exit(f"error: the database cannot be prepared: {error}")
    except KeyboardInterrupt:
        sys.exit("Stopped.")


if __name__ == "__main__":
    main()
