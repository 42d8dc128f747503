"""Deliveries once more: after a mapping was mended, a token renewed, a fault of ours repaired."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from leads.deliveries import owe_again
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
    count = owe_again(waiting.exclude(state=Delivery.State.RECEIVED))
    if count:
        enqueue(process_deliveries)
    return count
