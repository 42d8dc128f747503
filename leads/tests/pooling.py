"""Connections as a worker has them: few, which its threads share."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg_pool import ConnectionPool


@contextmanager
def pooled() -> Iterator[ConnectionPool]:
    """This thread's connection comes from a pool that has no other."""
    connection.close()
    facts = connection.settings_dict
    before = {"CONN_MAX_AGE": facts["CONN_MAX_AGE"], "OPTIONS": facts["OPTIONS"]}
    facts |= {
        "CONN_MAX_AGE": 0,
        "OPTIONS": facts["OPTIONS"] | {"pool": {"min_size": 1, "max_size": 1, "timeout": 5}},
    }
    try:
        connection.ensure_connection()
        yield connection.pool
    finally:
        connection.close()
        connection.close_pool()
        facts |= before
