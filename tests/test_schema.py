"""Databases that tests copy: those of former migrations do not pile up."""

import psycopg

from tests.schema import LOCK, drop_others, schema_database
from tests.stack import create_database, database_url, drop_database, worker_name


def names_on(server: psycopg.Connection) -> set[str]:
    return {name for (name,) in server.execute("SELECT datname FROM pg_database").fetchall()}


def test_databases_of_former_migrations_go_but_for_those_in_use(db):
    current = schema_database()
    old, used = (f"test_schema_{kind}_{worker_name()}" for kind in ("old", "used"))
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        create_database(old)
        create_database(used)
        bystander = f"testschema_{worker_name()}"
        create_database(bystander)
        with psycopg.connect(database_url(used)):
            drop_others(server, "test_schema", current)
            left = names_on(server)
        drop_database(used)
        drop_database(bystander)
    assert old not in left
    assert {current, used, bystander} <= left
