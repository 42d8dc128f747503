"""Replay the assignment ledger against the present state."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.assignment_ledger import contradictions_at_once


class Command(BaseCommand):
    help = "Checks that the assignment ledger replays to the present state; fails with what does not fit."

    def handle(self, **options: Any) -> None:
        found = contradictions_at_once()
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(f"{len(found)} contradictions.")
        self.stdout.write("The ledger and the leads agree.")
