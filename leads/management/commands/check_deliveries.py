"""Print the ledger of deliveries and say whether it adds up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.ledger import read_ledger


class Command(BaseCommand):
    help = "Counts deliveries by state; fails where one is unaccounted for."

    def handle(self, *args: Any, **options: Any) -> None:
        ledger = read_ledger()
        self.stdout.write(f"all: {ledger.received}")
        for state, count in ledger.states.items():
            self.stdout.write(f"{state}: {count}")
        self.stdout.write(f"pending: {ledger.pending}")
        for fault in ledger.faults:
            self.stderr.write(fault)
        if ledger.faults:
            raise CommandError("The ledger does not add up.")
        self.stdout.write("The ledger adds up.")
