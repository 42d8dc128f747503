"""Make what every office needs and this one lacks. Safe to run again, and run at every release."""

from typing import Any

from django.core.management.base import BaseCommand

from crm.office import set_up
from leads.schema import ensure_migrated


class Command(BaseCommand):
    help = "Makes the usual statuses, the managers' group and a first assignment rule, where there are none."

    def handle(self, **options: Any) -> None:
        ensure_migrated()
        made = set_up()
        self.stdout.write(f"Made {', '.join(made)}." if made else "Nothing was missing.")
