"""PostgreSQL going away under a running system: for one database of a shared server, or a server of its own."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql

from crm.embedded.files import Layout
from crm.embedded.postgres import Postgres
from tests.stack import database_url, wait_for

Stop = Callable[[float], None]


def shut_out(database: str, seconds: float) -> None:
    """End every connection to `database` and refuse new ones for a while. Other databases do not notice."""
    name = sql.Identifier(database)
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(name))
        try:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
            )
            time.sleep(seconds)
        finally:
            server.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true").format(name))


class OwnServer:
    """A PostgreSQL that nobody else uses, so that it can be crashed for real.

    `folder` must be one that another user may walk through: as root, the server runs as somebody else.
    """

    def __init__(self, folder: Path) -> None:
        layout = Layout.of(folder)
        layout.make_folders()
        self._server = Postgres(layout)

    def start(self) -> None:
        self._server.start()
        wait_for(self._server.is_ready, seconds=60, what="PostgreSQL")

    def stop(self) -> None:
        self._server.stop()

    def crash_for(self, seconds: float) -> None:
        """As after a power cut: no goodbye, and on return the write-ahead log is replayed."""
        process = self._server.process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=30)
        time.sleep(seconds)
        self.start()

    @contextlib.contextmanager
    def in_use(self) -> Iterator["OwnServer"]:
        """Running, and what this process and `database_url` look at."""
        self.start()
        before = {
            key: connection.settings_dict[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")
        }
        connection.close()
        options = {key: value for key, value in before["OPTIONS"].items() if key not in ("host", "port")}
        place = {"HOST": str(self._server.sockets), "PORT": "5432", "USER": self._server.role, "PASSWORD": ""}
        connection.settings_dict |= place | {"OPTIONS": options}
        try:
            yield self
        finally:
            connection.close()
            connection.settings_dict |= before
            self.stop()
