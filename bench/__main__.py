"""Make a database of its own, load the demo workspace, measure, print, drop it."""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from psycopg import sql

from crm import embedded

DATABASE = "crm_bench"
ONLY = set(sys.argv[1:])


def main() -> None:
    server = os.environ.get("DATABASE_URL") or embedded.database_url(os.environ.get("DATA_DIR", ".data"))
    recreate(server)
    os.environ |= {
        "DATABASE_URL": urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}")),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "REDIS_PREFIX": "bench:",
        "DEMO": "1",
        "DEMO_LEADS": "0",
        "DEBUG": "0",
        "LOG_LEVEL": "ERROR",
    }
    django.setup()
    # Django's models can be imported only now.
    from bench.suite import run  # noqa: PLC0415

    try:
        run(ONLY)
    finally:
        drop(server)


def recreate(server: str) -> None:
    drop(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def drop(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        # FORCE ends the connections that a server killed a moment ago still has (PostgreSQL 13 and later)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


if __name__ == "__main__":
    main()
