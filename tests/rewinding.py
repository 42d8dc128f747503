"""A database that processes are at work on is made to hold what its template holds, without their noticing."""

import psycopg
from psycopg import sql

from tests.stack import database_url

TRIES = 5
# A trigger writes its rows anew while those of the leads are copied
WRITTEN_BY_TRIGGER = "leads_leadsearch"
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


def rewind(database: str, template: str) -> None:
    """Put the template's rows in place of all others.

    Sequences run on: what a process remembers of a row that is gone is never taken for another row.
    """
    for _ in range(TRIES):
        try:
            _copy_everything(template, database)
            return
        except psycopg.errors.DeadlockDetected:
            continue  # a sweep was at work on some of the tables
    raise TimeoutError(f"{database} is too busy to be rewound")


def _copy_everything(template: str, database: str) -> None:
    """In one transaction, so that foreign keys are checked when every table has its rows."""
    with psycopg.connect(database_url(template)) as source, psycopg.connect(database_url(database)) as target:
        tables = [sql.Identifier(name) for (name,) in source.execute(TABLES).fetchall()]
        target.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(tables)))
        for table in tables:
            if table == sql.Identifier(WRITTEN_BY_TRIGGER):
                continue
            read = sql.SQL("COPY {} TO STDOUT").format(table)
            write = sql.SQL("COPY {} FROM STDIN").format(table)
            with source.cursor().copy(read) as rows, target.cursor().copy(write) as copy:
                for row in rows:
                    copy.write(row)
