"""What somebody agreed to in a lead's form, in the same ledger as what they said on WhatsApp.

A form neither blocks sending nor lifts a block: anybody can fill one in with somebody else's number.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from leads.models import LeadEvent, LeadIdentity
from whatsapp.models import ConsentEvent

WHATSAPP_KINDS = (LeadIdentity.Kind.PHONE, LeadIdentity.Kind.WHATSAPP_ID)
# A dozen sweeps: what one of them misses the next finds
SEARCHED = timedelta(days=3)


def record_forms(lead_id: UUID) -> int:
    """Put what this lead's forms said into the ledger, each box once. Answers how many there are in all."""
    return _record(LeadEvent.objects.filter(lead=lead_id))


def record_forgotten_forms() -> int:
    """The same for submissions of the last days whose announcement nobody heard."""
    lately = timezone.now() - SEARCHED
    return _record(LeadEvent.objects.filter(created_at__gte=lately, consentevent=None))


def _record(events: QuerySet[LeadEvent]) -> int:
    said = list(events.filter(kind=LeadEvent.Kind.CONSENT).order_by("created_at", "pk"))
    if not said:  # most forms have no such box
        return 0
    keys = _keys_of({event.lead_id for event in said})
    rows = [row for event in said for key in keys.get(event.lead_id, ()) for row in _rows(event, key)]
    # The unique constraint says what is in the ledger already, so every run may bring everything
    return len(ConsentEvent.objects.bulk_create(rows, ignore_conflicts=True))


def _keys_of(lead_ids: set[UUID]) -> dict[UUID, list[str]]:
    identities = LeadIdentity.objects.filter(lead__in=lead_ids, kind__in=WHATSAPP_KINDS)
    keys: dict[UUID, list[str]] = {}
    for lead_id, key in identities.values_list("lead", "key"):
        keys.setdefault(lead_id, []).append(key)
    return keys


def _rows(event: LeadEvent, client_key: str) -> Iterator[ConsentEvent]:
    """`consent` of a form is {box: {given, text}}; of words on WhatsApp, which are in the ledger
    already, {"whatsapp": kind}."""
    boxes: dict[str, Any] = event.data.get("consent") or {}
    for box, answer in boxes.items():
        if isinstance(answer, dict):
            yield ConsentEvent(
                client_key=client_key,
                kind=ConsentEvent.Kind.GIVEN if answer.get("given") else ConsentEvent.Kind.NOT_GIVEN,
                lead_event=event,
                subject=box[:200],
                evidence=str(answer.get("text") or box)[:2000],
                created_at=event.created_at,
            )
