"""Databases that are made once and copied by every test process: to migrate and to seed one takes long."""

import hashlib
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from psycopg import sql

from tests.stack import ROOT, create_database, database_url, manage, stack_environment

LOCK = 7_326_001  # any number that nobody else locks on the server that the tests use
SOURCES = {".py", ".json", ".toml", ".txt", ".yaml"}


def schema_database() -> str:
    """The name of a database that is migrated as this checkout's migrations say.

    It stays for the next run; other migrations make another one, and those of before go.
    """
    return _made_once("test_schema", _digest_of_migrations(), "template1", "migrate")


def workspace_database() -> str:
    """The name of a database with the demo workspace, as this checkout's code seeds it today.

    To be copied only: as long as somebody is connected to it, nobody can copy it.
    """
    return _made_once("test_workspace", _digest_of_seeding(), schema_database(), "seed_demo")


def _made_once(kind: str, digest: str, template: str, command: str) -> str:
    name = f"{kind}_{digest}"
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            # Under another name until it is whole: an interrupted run leaves nothing half-made
            drop_others(server, kind, name)
            create_database(f"{name}_unfinished", template)
            manage(command, "--verbosity", "0", environment=stack_environment(f"{name}_unfinished"))
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            server.execute(rename.format(sql.Identifier(f"{name}_unfinished"), sql.Identifier(name)))
    return name


def drop_others(server: psycopg.Connection, kind: str, name: str) -> None:
    """Under the lock, so none of them is being made. Those in use stay until the next change."""
    others = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s"
    for (other,) in server.execute(others, [f"{kind}_", name]).fetchall():
        with suppress(psycopg.errors.ObjectInUse):
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(other)))


def _digest_of_migrations() -> str:
    digest = hashlib.sha256()
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        source = Path(str(sys.modules[type(migration).__module__].__file__))
        digest.update(repr(key).encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _digest_of_seeding() -> str:
    """All code and data that may have a say in it; the key that encrypts, and the day that it counts from."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY} {timezone.localdate()}".encode())
    for app in ("crm", "leads", "agent", "whatsapp", "kanban"):
        for source in sorted((ROOT / app).rglob("*.*")):
            if source.suffix in SOURCES and "tests" not in source.parts:
                digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
