"""Deliveries once more: after a mapping was mended, a token renewed, a fault of ours repaired."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from leads.models import Delivery
from leads.on_commit import enqueue
from leads.tasks import process_deliveries


@transaction.atomic
def replay_deliveries(delivery_ids: Iterable[UUID]) -> int:
    """Put deliveries back into the queue, whatever became of them. Returns how many.

    Those whose body was removed, and those that wait already, are left alone. A delivery that made a
    lead mends that lead; it does not make a second one.
    """
    waiting = Delivery.objects.filter(pk__in=list(delivery_ids), body__isnull=False)
    # Attempts begin anew, and a worker that has one of them now finds its claim gone
    count = waiting.exclude(state=Delivery.State.RECEIVED).update(
        state=Delivery.State.RECEIVED,
        attempts=0,
        error="",
        next_attempt_at=timezone.now(),
        processed_at=None,
    )
    if count:
        enqueue(process_deliveries)
    return count
