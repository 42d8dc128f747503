"""Paying what is owed: claim, send without a transaction, write down what came of it.

An endpoint is told by one worker at a time, for a short turn: one that answers slowly costs a thread now
and then, and the other endpoints nothing.
"""

import json
import logging
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from leads import mishaps, stopping
from leads.api.facts import as_time, event_facts, lead_facts
from leads.models import Endpoint, OutboundMessage
from leads.outbound.wire import Answer, post_signed

logger = logging.getLogger(__name__)

# A turn ends with the message that is under way then (`wire.DEADLINE_SECONDS` and a connection more).
TURN_SECONDS = 10
LEASE = timedelta(minutes=2)
# Attempts over a little more than a day.
PAUSES = [timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)] + [
    timedelta(hours=hours) for hours in (2, 5, 10, 10)
]
# Standard Webhooks: who answers so wants to hear no more
GONE = 410


def send_messages(turn_seconds: float = TURN_SECONDS) -> int:
    """Send what is due, a turn for each endpoint that nobody else tells just now. Returns how many were tried."""
    tried, served = 0, list[int]()
    while not stopping.is_asked() and (endpoint := _claim_endpoint(served)) is not None:
        served.append(endpoint.pk)
        try:
            tried += _serve(endpoint, turn_seconds)
        finally:
            Endpoint.objects.filter(pk=endpoint.pk).update(busy_until=None)
    return tried


def _serve(endpoint: Endpoint, seconds: float) -> int:
    """One turn: message after message, oldest due first. Returns how many were tried."""
    tried, end = 0, time.monotonic() + seconds
    while time.monotonic() < end and not stopping.is_asked() and (message := _claim_message(endpoint)):
        _settle(message, _send(message))
        tried += 1
    return tried


def replay_messages(messages: list[OutboundMessage]) -> int:
    """Owe messages once more, with the ids they had. Those of a stopped endpoint stay as they are.

    Returns how many are owed.
    """
    told = OutboundMessage.objects.filter(pk__in=[one.pk for one in messages], endpoint__is_active=True)
    return told.update(
        state=OutboundMessage.State.PENDING, attempts=0, error="", next_attempt_at=timezone.now()
    )


def _due() -> QuerySet[OutboundMessage]:
    return OutboundMessage.objects.filter(
        state=OutboundMessage.State.PENDING, next_attempt_at__lte=timezone.now()
    )


@transaction.atomic
def _claim_endpoint(served: list[int]) -> Endpoint | None:
    """An active endpoint with something due, until its lease ends; none of those `served` in this run."""
    is_free = Q(busy_until=None) | Q(busy_until__lt=timezone.now())
    waiting = Endpoint.objects.filter(is_free, Exists(_due().filter(endpoint=OuterRef("pk"))), is_active=True)
    endpoint = waiting.exclude(pk__in=served).select_for_update(skip_locked=True).first()
    if endpoint is not None:
        Endpoint.objects.filter(pk=endpoint.pk).update(busy_until=timezone.now() + LEASE)
    return endpoint


@transaction.atomic
def _claim_message(endpoint: Endpoint) -> OutboundMessage | None:
    due = _due().filter(endpoint=endpoint, endpoint__is_active=True).order_by("next_attempt_at")
    message_id = due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True).first()
    if message_id is None:
        return None
    claimed = OutboundMessage.objects.filter(pk=message_id)
    # Counted with the claim, so that the attempt of a worker that died counts, too
    claimed.update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + LEASE)
    related = ("endpoint", "event__user", "event__lead__source", "event__lead__consultant__user")
    return claimed.select_related(*related).first()


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
    endpoint = message.endpoint
    try:
        return post_signed(endpoint.url, endpoint.secret, str(message.pk), body_of(message))
    except Exception as error:  # noqa: BLE001 - whatever ails one endpoint, the others keep their turn
        facts = {"endpoint": endpoint.pk, "webhook": str(message.pk), **mishaps.facts_of(error)}
        logger.error("message not sent", extra=facts)
        return Answer(None, f"It could not be sent: {type(error).__name__}")


def _settle(message: OutboundMessage, answer: Answer) -> None:
    if answer.is_success:
        state, due, error = OutboundMessage.State.SENT, None, ""
    elif answer.status == GONE or message.attempts > len(PAUSES):
        state, due, error = OutboundMessage.State.DEAD, None, answer.error
    else:
        state, error = OutboundMessage.State.PENDING, answer.error
        due = timezone.now() + PAUSES[message.attempts - 1]
    # Of a worker that outlived its lease nothing is written: another has counted an attempt since
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
