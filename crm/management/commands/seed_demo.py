"""Make the demo workspace. Safe to run again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crm.demo.leads import make_leads
from crm.demo.workspace import make_workspace
from leads.schema import ensure_migrated


class Command(BaseCommand):
    help = "Makes the demo workspace: logins, lines, a source, a playbook and DEMO_LEADS example leads."

    def handle(self, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError(
                "The demo workspace has public passwords; it is not for production. Set DEMO=1."
            )
        ensure_migrated()
        make_workspace()
        make_leads(settings.DEMO_LEADS, report=self.stdout.write)
        self.stdout.write("The demo workspace is ready.")
