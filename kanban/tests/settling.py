"""Tests that run beside this one have transactions on the same server, and those hold the cursor back."""

import time

from kanban.cursor import read_cursor
from leads.models import Lead

PATIENCE_SECONDS = 60


def wait_until_settled() -> None:
    """Until every transaction of the server is younger than the last change of a lead."""
    newest = Lead.objects.order_by("-changed_in").values_list("changed_in", flat=True)[0]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while read_cursor().seq < newest:
        assert time.monotonic() < deadline, "a transaction on this server does not end"
        time.sleep(0.05)
