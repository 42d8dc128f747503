"""The agent's door: a signed message is one row before it is anything else; workers take it in.

A webhook that finds or makes the conversation, writes the message, the lead's timeline and tells the
boards acknowledges a tenth of what one that inserts a row does. Order is kept per client: a message is
taken in only when no earlier one of the same client waits. Taking in and removing the row are one
transaction, so a worker that dies leaves the row to the next.
"""

import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from leads import mishaps, one_trip, prepared, stopping
from leads.known_rows import IS_UNCHANGED, version_of
from whatsapp.models import Arrival, Line
from whatsapp.payloads import InboundMessage
from whatsapp.services.inbound import record_inbound

logger = logging.getLogger(__name__)
# With pauses from one second on, doubled each time, two minutes in all
MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=1)
DATABASE_AWAY = (OperationalError, InterfaceError)  # the others are this message's own fault
AT_ONCE = 500  # rows, before other work gets its turn

# One statement: the line is looked at and the message stored in the same snapshot. PostgreSQL runs a
# data-modifying WITH to its end though nothing reads from it
_STORE = f"""
WITH line AS (
  SELECT id FROM whatsapp_line WHERE id = %(line)s AND {IS_UNCHANGED}
), stored AS (
  INSERT INTO whatsapp_arrival (line_id, sid, client_key, message, received_at, attempts, next_attempt_at, error)
  SELECT id, %(sid)s, %(client_key)s, %(message)s, %(now)s, 0, %(now)s, '' FROM line
  ON CONFLICT (sid) DO NOTHING
)
SELECT EXISTS (SELECT FROM line)"""  # noqa: S608 - composed of constants alone
# A row that another worker holds still counts as earlier: SKIP LOCKED passes over it, not over its order
_IS_NEXT = """
own.next_attempt_at <= statement_timestamp() AND NOT EXISTS (
  SELECT FROM whatsapp_arrival AS earlier
  WHERE earlier.line_id = own.line_id AND earlier.client_key = own.client_key
  AND earlier.id < own.id AND earlier.next_attempt_at IS NOT NULL
)
ORDER BY own.id LIMIT 1 FOR UPDATE OF own SKIP LOCKED"""
_REMOVE = "DELETE FROM whatsapp_arrival WHERE id = %s"


def store(line: Line, message: InboundMessage) -> bool:
    """Keep a message to the agent's line; one seen before changes nothing. False: the line has changed."""
    values = {
        "line": line.pk,
        "version": version_of(line),
        "sid": message.sid,
        "client_key": message.client_key,
        "message": json.dumps(vars(message), default=datetime.isoformat),
        "now": timezone.now(),
    }
    return bool(one_trip.ask(_STORE, values))


def take_in_waiting() -> int:
    """Take in what waits, oldest first. Returns how many. Any number of workers may do so at once."""
    for taken in range(AT_ONCE):
        if stopping.is_asked() or not _take_in_next():
            return taken
    return AT_ONCE


def _take_in_next() -> bool:
    arrival = None
    try:
        with transaction.atomic():
            found = prepared.rows_with(Arrival, Line, "line", _IS_NEXT, [])
            if not found:
                return False
            arrival, line = found[0]
            message = message_of(arrival)
            record_inbound(line, replace(message, sent_at=message.sent_at or arrival.received_at))
            line.say_heard()
            one_trip.execute(_REMOVE, [arrival.pk])
    except Exception as error:  # a fault in one message must not stop the others
        if arrival is None:
            raise
        # The arrival keeps the text of the fault
        logger.error("message not taken in", extra={"arrival": arrival.pk, **mishaps.facts_of(error)})
        _postpone(arrival, error)
    return True


def message_of(arrival: Arrival) -> InboundMessage:
    """The message as it was stored."""
    facts: dict[str, Any] = dict(arrival.message)
    sent_at = facts.get("sent_at")
    facts |= {"media": tuple(facts["media"]), "contacts": tuple(facts.get("contacts", ()))}
    return InboundMessage(**facts | {"sent_at": datetime.fromisoformat(sent_at) if sent_at else None})


def _postpone(arrival: Arrival, error: Exception) -> None:
    """Later, each time twice as late; then it is left for a person. Without a database only later."""
    attempts = arrival.attempts + 1
    is_over = attempts >= MAX_ATTEMPTS and not isinstance(error, DATABASE_AWAY)
    # The row is free since its transaction failed: whoever counted a try meanwhile is right
    Arrival.objects.filter(pk=arrival.pk, attempts=arrival.attempts).update(
        attempts=attempts,
        error=f"{type(error).__name__}: {error}"[:2000].replace("\x00", ""),
        next_attempt_at=None if is_over else timezone.now() + FIRST_PAUSE * 2 ** min(arrival.attempts, 10),
    )


def try_again(arrivals: Any) -> int:
    """Messages that were given up are owed again. Returns how many."""
    return arrivals.filter(next_attempt_at=None).update(next_attempt_at=timezone.now(), attempts=0)
