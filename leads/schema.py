"""Commands that work alone on a fresh clone need their tables first."""

import os

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def ensure_migrated() -> None:
    """Migrate the embedded database where that is due; refuse, in words, to touch one that somebody else runs."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if os.environ.get("DATABASE_URL"):
        raise CommandError("The database lacks migrations. Run: python manage.py migrate")
    call_command("migrate", verbosity=0)
