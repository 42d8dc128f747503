"""One statement, one round trip: for what happens a thousand times a second.

Django's own cursor first asks whether the connection still lives, and sends a statement that the
server plans anew each time. Here the statement itself finds out, and each connection plans it once.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar

import psycopg
from django.db import OperationalError, connection

JSONB = 3802  # its type's number in PostgreSQL's catalogue; Django has its connections give it as text
PLACEHOLDER = re.compile(r"%(?:%|s|\((\w+)\)s)")
Result = TypeVar("Result")
Values = Mapping[str, Any] | Sequence[Any]


def ask(statement: str, values: Values, *, is_repeatable: bool = True) -> Any:
    """The one value that `statement` answers."""
    read = _run if is_repeatable else _run_once
    return read(statement, values, _first_value)


def read_row(statement: str, values: Values) -> tuple[Any, ...] | None:
    """The first row."""
    return _run(statement, values, _first_row)


def read_rows(statement: str, values: Values) -> list[tuple[Any, ...]]:
    """All rows."""
    return _run(statement, values, lambda cursor: cursor.fetchall())


def execute(statement: str, values: Values) -> int:
    """How many rows were written."""
    return _run(statement, values, lambda cursor: cursor.rowcount)


def last_row(*questions: tuple[str, Values]) -> tuple[Any, ...] | None:
    """The first row that the last of several statements answers. They are on their way together: the next one
    begins as soon as the one before it has what it waited for. Within a transaction only."""
    connection.ensure_connection()
    alive = connection.connection
    with connection.wrap_database_errors, alive.pipeline():
        cursors = [_execute(psycopg.RawCursor(alive), *question) for question in questions]
    return cursors[-1].fetchone()


def _run(statement: str, values: Values, read: Callable[[psycopg.Cursor[Any]], Result]) -> Result:
    """Tried again where the connection had broken since its last use, outside of a transaction.

    The statement must be safe to run twice: the connection may break after the first was durable.
    """
    was_open = connection.connection is not None
    try:
        return _run_once(statement, values, read)
    except OperationalError:
        # In a transaction, what was done before is lost with the connection: only the caller can begin again
        if connection.in_atomic_block or not was_open:  # a server that is away is not asked twice
            raise
        connection.close()
        return _run_once(statement, values, read)


def _run_once(statement: str, values: Values, read: Callable[[psycopg.Cursor[Any]], Result]) -> Result:
    connection.ensure_connection()
    if connection.queries_logged:  # as Django logs its own: what counts queries counts these too
        connection.queries_log.append({"sql": statement, "time": "?"})
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        _watched(cursor)(statement, values, False, {"connection": connection, "cursor": cursor})
        return read(cursor)


def _watched(cursor: psycopg.Cursor[Any]) -> Callable[..., Any]:
    """Whatever watches Django's statements (`connection.execute_wrapper`) sees these too."""

    def execute(sql: str, params: Values, many: bool, context: Mapping[str, Any]) -> Any:
        return _execute(cursor, sql, params)

    run: Callable[..., Any] = execute
    for wrapper in reversed(connection.execute_wrappers):
        run = partial(wrapper, run)
    return run


def _execute(cursor: psycopg.Cursor[Any], statement: str, values: Values) -> psycopg.Cursor[Any]:
    text, names = _numbered(statement)
    given = [values[name] for name in names] if isinstance(values, Mapping) else values
    # At once: by itself psycopg prepares what it has seen five times (`prepare_threshold`)
    return cursor.execute(text, given, prepare=True)


# Left to psycopg, a long statement would be taken apart each time: it remembers none above 4,096 characters
@lru_cache(maxsize=1024)
def _numbered(statement: str) -> tuple[bytes, list[str]]:
    """`%s` and `%(name)s` as PostgreSQL counts them, and the names in that order."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f"${names.setdefault(found[1] or str(len(names)), len(names) + 1)}"

    return PLACEHOLDER.sub(number, statement).encode(), list(names)


def _first_value(cursor: psycopg.Cursor[Any]) -> Any:
    row = cursor.fetchone()
    return row and row[0]


def _first_row(cursor: psycopg.Cursor[Any]) -> tuple[Any, ...] | None:
    row, result = cursor.fetchone(), cursor.pgresult
    if row is None or result is None:
        return None
    # Not by `cursor.description`, which makes an object of each column
    return tuple(
        json.loads(value) if result.ftype(place) == JSONB and value is not None else value
        for place, value in enumerate(row)
    )
