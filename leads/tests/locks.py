"""Making threads meet at a lock of the database."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection


def wait_for_lock_waiters(count: int) -> None:
    """Return as soon as `count` sessions of this database wait for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone()[0] >= count:
                return
            time.sleep(0.02)
    raise AssertionError("the decisions did not meet")


def in_own_connection(act: Callable[..., Any], **arguments: Any) -> Any:
    """What a thread runs: its connection ends with it."""
    try:
        return act(**arguments)
    finally:
        connection.close()
