"""The running system as tests see it: real web, worker and beat processes on a database of their own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from crm.processes import Child, beat_command, stop_all, web_command, worker_command

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
Answer = TypeVar("Answer")


def worker_name() -> str:
    """Of this pytest process among those of pytest-xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def database_url(name: str) -> str:
    """The URL of another database on the server that the tests use."""
    facts = connection.settings_dict
    place = {
        "host": facts["HOST"] or facts["OPTIONS"].get("host"),
        "port": facts["PORT"] or facts["OPTIONS"].get("port"),
    }
    query = "&".join(f"{key}={quote(str(value), safe='/')}" for key, value in place.items() if value)
    password = f":{quote(facts['PASSWORD'], safe='')}" if facts["PASSWORD"] else ""
    return f"postgresql://{quote(facts['USER'], safe='')}{password}@/{name}?{query}"


def create_database(name: str, template: str = "template1") -> None:
    """A database as a copy of another, in place of one that an interrupted run may have left."""
    drop_database(name)
    _administer(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    )


def drop_database(name: str) -> None:
    _administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _administer(statement: sql.Composed) -> None:
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(statement)


def manage(*arguments: str, environment: Mapping[str, str]) -> str:
    """Run a management command to its end; what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def wait_for(condition: Callable[[], Answer], *, seconds: float = 20, what: str = "the condition") -> Answer:
    """The first true answer of `condition`; an AssertionError where it stays false."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.1)
    return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Stack:
    """Web (daphne: pages and sockets), worker and beat. The demo workspace is loaded, without example leads.

    The test's own ORM looks at the same database, so that rows can be made through services and asserted.
    """

    def __init__(self, database: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.database = database
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.last_answer = "never asked"
        self.environment = stack_environment(database) | {
            "PORT": str(self.port),
            "PUBLIC_URL": self.base_url,
            "REDIS_PREFIX": f"{settings.REDIS_PREFIX}{database}:",
            **environment,
        }
        self.web = self._child("web", web_command("127.0.0.1", self.port))
        self.worker = self._child("worker", worker_command(database))
        # As in production its threads share connections
        self.worker.environment["DB_POOL_SIZE"] = "12"
        self.beat = self._child("beat", beat_command(folder / "beat"))

    @property
    def ws_url(self) -> str:
        return self.base_url.replace("http", "ws", 1)

    def start(self) -> None:
        for child in (self.web, self.worker, self.beat):
            child.start()
        self.wait_until_ready()

    def stop(self) -> None:
        stop_all([self.beat, self.worker, self.web])

    def wait_until_ready(self) -> None:
        try:
            wait_for(self._is_ready, seconds=READY_SECONDS, what=f"the stack in {self.folder}")
        except AssertionError as error:
            error.add_note(f"/readyz: {self.last_answer}\n{self.logs()}")
            raise

    def kill_worker(self, signal_number: int = signal.SIGKILL) -> None:
        """End the worker at once, whatever it does, and wait until it is gone."""
        self.worker.send(signal_number)
        wait_for(lambda: not self.worker.is_running(), what="the worker's end")

    def start_worker(self) -> None:
        self.worker.start()

    def logs(self) -> str:
        return "\n".join(
            f"--- {child.name}\n{child.last_words()}" for child in (self.web, self.worker, self.beat)
        )

    def _child(self, name: str, command: list[str]) -> Child:
        return Child(name, command, self.folder / f"{name}.log", self.environment)

    def _is_ready(self) -> bool:
        for child in (self.web, self.worker, self.beat):
            assert child.is_running(), f"{child.name} {child.how_it_ended()}\n{child.last_words()}"
        try:
            with urllib.request.urlopen(f"{self.base_url}/readyz", timeout=5) as response:
                return json.load(response)["status"] == "ok"
        except urllib.error.HTTPError as refusal:
            self.last_answer = refusal.read().decode()
        except OSError as error:
            self.last_answer = repr(error)
        return False


def stack_environment(database: str) -> dict[str, str]:
    """What every process of a stack needs; no account of the developer's reaches it."""
    blank = dict.fromkeys(
        [
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUTH_TOKEN",
            "TWILIO_API_BASE_URL",
            "OPENAI_API_KEY",
            "OPENAI_BASE_URL",
        ],
        "",
    )
    url = {"DATABASE_URL": database_url(database), "REDIS_URL": settings.REDIS_URL}
    return blank | url | {"DEMO": "1", "DEMO_LEADS": "0", "DB_POOL_SIZE": "0"}


@contextlib.contextmanager
def orm_looks_at(database: str) -> Iterator[None]:
    """Point this process's default connection to another database for a while."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
