"""What a test that commits leaves behind is deleted, from the tables that have rows alone.

Django truncates every table and makes all permissions anew: 0.4 s for each of some hundreds of tests.
"""

from contextlib import closing

from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import sql

# As Django's flush leaves them: `migrate` makes their rows, no test does
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_tables(_: TransactionTestCase | None = None) -> None:
    """Constraints are checked at the end of the transaction, so the order of the tables does not matter."""
    with transaction.atomic(), closing(connection.cursor()) as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(map(_name_if_filled, _tables())))
        filled = [sql.Identifier(name) for (name,) in cursor.fetchall()]
        for table in filled:
            cursor.execute(sql.SQL("DELETE FROM {}").format(table))


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed} - KEPT)


def _name_if_filled(table: str) -> sql.Composed:
    return sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
        sql.Literal(table), sql.Identifier(table)
    )
