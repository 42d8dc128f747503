"""One statement, one round trip: for webhooks that come a thousand times a second.

Django's own cursor first asks whether the connection still lives, and sends a statement that the
server plans anew each time. Here the statement itself finds out, and each connection plans it once.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import OperationalError, connection


def ask(statement: str, values: Mapping[str, Any]) -> Any:
    """The one value that `statement` answers; asked again where the connection had broken.

    The statement must be safe to run twice: the connection may break after the first was durable.
    """
    try:
        return _ask(statement, values)
    except OperationalError:
        connection.close()
        return _ask(statement, values)


def _ask(statement: str, values: Mapping[str, Any]) -> Any:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        row = cursor.execute(statement, values, prepare=True).fetchone()
        return row and row[0]
