"""Paying what is owed: claim, send without a transaction, write down what came of it."""

import json
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leads.api.facts import as_time, event_facts, lead_facts
from leads.models import Endpoint, OutboundMessage
from leads.outbound.wire import Answer, post_signed

BATCH = 20
LEASE = timedelta(minutes=5)
# Attempts over a little more than a day.
PAUSES = [timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)] + [
    timedelta(hours=hours) for hours in (2, 5, 10, 10)
]
GONE = 410


def send_messages() -> int:
    """Send what is due. Returns how many were tried."""
    tried = 0
    while claimed := _claim():
        for message in claimed:
            _settle(message, _send(message))
        tried += len(claimed)
    return tried


def replay_messages(messages: list[OutboundMessage]) -> int:
    """Owe messages once more, with the ids they had."""
    return OutboundMessage.objects.filter(pk__in=[one.pk for one in messages]).update(
        state=OutboundMessage.State.PENDING, attempts=0, error="", next_attempt_at=timezone.now()
    )


@transaction.atomic
def _claim() -> list[OutboundMessage]:
    due = OutboundMessage.objects.filter(
        state=OutboundMessage.State.PENDING, next_attempt_at__lte=timezone.now(), endpoint__is_active=True
    )
    rows = due.order_by("next_attempt_at").select_for_update(skip_locked=True, of=("self",))[:BATCH]
    ids = list(rows.values_list("pk", flat=True))
    claimed = OutboundMessage.objects.filter(pk__in=ids)
    claimed.update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + LEASE)
    related = ("endpoint", "event__user", "event__lead__source", "event__lead__consultant__user")
    return list(claimed.select_related(*related))


def body_of(message: OutboundMessage) -> bytes:
    """{type, timestamp, data: {event, lead}}: what happened, and the lead as it is now."""
    event = message.event
    facts = {
        "type": f"lead.{event.kind}",
        "timestamp": as_time(event.created_at),
        "data": {"event": event_facts(event), "lead": lead_facts(event.lead)},
    }
    return json.dumps(facts, ensure_ascii=False).encode()


def _send(message: OutboundMessage) -> Answer:
    return post_signed(message.endpoint.url, message.endpoint.secret, str(message.pk), body_of(message))


def _settle(message: OutboundMessage, answer: Answer) -> None:
    if answer.is_success:
        state, due, error = OutboundMessage.State.SENT, None, ""
    elif answer.status == GONE or message.attempts > len(PAUSES):
        state, due, error = OutboundMessage.State.DEAD, None, answer.error
    else:
        state, error = OutboundMessage.State.PENDING, answer.error
        due = timezone.now() + PAUSES[message.attempts - 1]
    OutboundMessage.objects.filter(pk=message.pk, attempts=message.attempts).update(
        state=state,
        next_attempt_at=due,
        error=error,
        status_code=answer.status,
        sent_at=timezone.now() if answer.is_success else None,
    )
    if answer.status == GONE:
        Endpoint.objects.filter(pk=message.endpoint_id).update(
            is_active=False, stopped_because="The receiver answered 410 Gone."
        )
