"""The place in the history of changes: what a board has seen, and what happened since.

Each lead carries the id of the transaction that last wrote it. Everything below the oldest
transaction still running is settled, so that id is a cursor behind which nothing can appear later;
no counter is shared by writers, and a slow one only makes a few changes be told twice.
"""

from typing import NamedTuple

from django.db import connection

from leads import one_trip

# By way of text: PostgreSQL has no cast from xid8 to bigint. Up to xmin - 1 every transaction has ended
HEAD = """least(
  coalesce((SELECT changed_in FROM leads_lead ORDER BY changed_in DESC LIMIT 1), 0),
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1
)"""


class Cursor(NamedTuple):
    """`seq`: all changes up to here are visible. `newest`: no change above this has begun."""

    seq: int
    newest: int


def read_cursor() -> Cursor:
    """Read it before the rows it stands for: what is written in between is then told twice, never lost."""
    with connection.cursor() as sql:
        sql.execute(
            # xmax is the first id not given out yet: a cursor from beyond it is of another cluster
            "SELECT pg_snapshot_xmin(s)::text::bigint - 1, pg_snapshot_xmax(s)::text::bigint - 1"
            " FROM pg_current_snapshot() s"
        )
        return Cursor(*sql.fetchone())


def read_head() -> int:
    """A board whose cursor is at least this has seen every change. Stands still while no lead changes."""
    return int(one_trip.ask(f"SELECT {HEAD}", []))
