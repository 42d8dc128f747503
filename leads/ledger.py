"""Whether every request that was acknowledged is accounted for.

The states alone always add up to the number of rows, so they are held against a second record: the
timeline of each lead names the request it was made of, in an event that is never edited. A request that
was deleted, a lead whose request says that it made none, and a request whose lead is gone are found so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from leads.models import Delivery, Lead, LeadEvent, LeadIdentity

PENDING = (Delivery.State.RECEIVED, Delivery.State.FAILED)
SETTLED_WITH_LEAD = (Delivery.State.PROCESSED, Delivery.State.DUPLICATE)
# A sweep runs many times in this while: what is due for longer is stuck.
STUCK_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Ledger:
    """Counts of one moment, and sentences about what does not add up."""

    received: int
    states: dict[str, int]
    faults: list[str]

    @property
    def pending(self) -> int:
        return sum(self.states[state] for state in PENDING)


def read_ledger() -> Ledger:
    """Everything as of one instant, so that it holds at any moment, however busy."""
    # Who is in a transaction has begun to read, and sees what that shows
    begins = not connection.in_atomic_block
    with transaction.atomic():
        if begins:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                # The limit of a request is none for who reads millions of rows
                cursor.execute("SET LOCAL statement_timeout = 0")
        return _read()


def _read() -> Ledger:
    counted = dict(Delivery.objects.order_by().values_list("state").annotate(Count("pk")))
    states = {state.value: counted.pop(state.value, 0) for state in Delivery.State}
    received = sum(states.values()) + sum(counted.values())
    return Ledger(
        received,
        states,
        [*_faults(), *(f"{count} in unknown state {name}" for name, count in counted.items())],
    )


def _faults() -> Iterator[str]:
    without_lead = Delivery.objects.filter(state__in=SETTLED_WITH_LEAD, leads=None)
    with_lead = Delivery.objects.filter(state=Delivery.State.REJECTED, leads__isnull=False)
    silent = Delivery.objects.filter(state__in=(Delivery.State.REJECTED, Delivery.State.DEAD), error="")
    due = timezone.now() - STUCK_AFTER
    stuck = Delivery.objects.filter(state__in=PENDING, next_attempt_at__lt=due)
    # No sweep would ever find these
    nowhere = Delivery.objects.filter(state__in=PENDING, next_attempt_at=None)
    yield from _said(without_lead, "settled without a lead")
    yield from _said(with_lead, "rejected, yet with a lead")
    yield from _said(silent, "refused without a reason")
    births = _births()
    # NOT IN would look through all requests for each of the leads
    unknown = births.filter(~Exists(Delivery.objects.filter(pk=OuterRef("delivery"))))
    denied = Delivery.objects.filter(
        pk__in=births.values("delivery"), state__in=(Delivery.State.DUPLICATE, Delivery.State.REJECTED)
    )
    yield from _said(unknown, "missing, though a lead was made of each")
    yield from _said(denied, "that made a lead and deny it")
    yield from _said(stuck, "due for more than ten minutes")
    yield from _said(nowhere, "pending and never due")
    yield from _said(_twins(), "phones held by several leads on the board")


def _births() -> QuerySet:
    """The first lines of leads that came by a request, with its id as `delivery`."""
    named = Cast(KeyTextTransform("delivery", "data"), UUIDField())
    births = LeadEvent.objects.filter(kind=LeadEvent.Kind.RECEIVED, data__has_key="delivery")
    return births.order_by().annotate(delivery=named)


def _said(rows: QuerySet, words: str) -> list[str]:
    count = rows.count()
    return [f"{count} {words}"] if count else []


def _twins() -> QuerySet:
    """One phone on two cards would mean that one person was received twice; a closed lead whose person
    began again as a new one is meant to be there."""
    left = LeadEvent.objects.filter(kind=LeadEvent.Kind.RETURNED, data__has_key="as_new_lead")
    phones = LeadIdentity.objects.filter(kind=LeadIdentity.Kind.PHONE).values("key")
    return (
        Lead.objects.on_board()
        .filter(phone__in=phones, source__isnull=False)
        .exclude(pk__in=left.values("lead"))
        .order_by()
        .values("phone")
        .annotate(leads=Count("pk"))
        .filter(leads__gt=1)
    )
