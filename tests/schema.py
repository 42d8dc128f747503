"""One migrated database, made once and copied by every test process: migrations take half a minute each."""

import hashlib
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tests.stack import create_database, database_url, manage, stack_environment

LOCK = 7_326_001  # any number that nobody else locks on the server that the tests use


def schema_database() -> str:
    """The name of a database that is migrated as this checkout's migrations say.

    It stays for the next run; other migrations make another one, and those of before go.
    """
    name = f"test_schema_{_digest_of_migrations()}"
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            # Under another name until it is whole: an interrupted run leaves nothing half-made
            drop_others(server, name)
            create_database(f"{name}_unfinished")
            manage("migrate", "--verbosity", "0", environment=stack_environment(f"{name}_unfinished"))
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            server.execute(rename.format(sql.Identifier(f"{name}_unfinished"), sql.Identifier(name)))
    return name


def drop_others(server: psycopg.Connection, name: str) -> None:
    """Under the lock, so none of them is being made. Those in use stay until the next change of migrations."""
    others = "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_schema\\_%%' AND datname <> %s"
    for (other,) in server.execute(others, [name]).fetchall():
        with suppress(psycopg.errors.ObjectInUse):
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(other)))


def _digest_of_migrations() -> str:
    digest = hashlib.sha256()
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        source = Path(str(sys.modules[type(migration).__module__].__file__))
        digest.update(repr(key).encode() + source.read_bytes())
    return digest.hexdigest()[:16]
