"""From the outbox to the line's provider: each row is offered at most once unless it surely was not taken."""

import logging
import random
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from leads import one_trip, prepared, stopping
from leads.on_commit import announce
from whatsapp import chat_entries, consent, line_alarms, line_pauses, pace, refusals, window
from whatsapp.models import Conversation, Line, Message
from whatsapp.outgoing import outgoing_of
from whatsapp.send_errors import NotAcceptedError, OutcomeUnknownError, RefusedError
from whatsapp.signals import message_changed
from whatsapp.statuses import settle
from whatsapp.transports import transport_of

logger = logging.getLogger(__name__)
Status = Message.Status

LEASE = timedelta(seconds=30)  # a call to Twilio takes two of TWILIO_TIMEOUT_SECONDS at most
# With the pauses below about an hour in all: 511 s up to the ninth try, then five minutes each
MOST_ATTEMPTS = 20
LONGEST_PAUSE_SECONDS = 300
SHORTEST_PAUSE_SECONDS = 0.5

# Of every conversation the one queued message that waits for none before it
_IS_FIRST = """
own.status = 'queued' AND NOT EXISTS (
  SELECT FROM whatsapp_message AS earlier WHERE earlier.conversation_id = own.conversation_id
  AND earlier.seq < own.seq AND earlier.status IN ('queued', 'sending')
)"""
_MOMENT = f"statement_timestamp(), {pace.LAST_CREDIT}"
_PAUSED = "(SELECT id FROM whatsapp_line WHERE paused_until > statement_timestamp())"
_LINE_OF_FIRST = f"""
SELECT thread.line_id FROM whatsapp_message AS own
JOIN whatsapp_conversation AS thread ON thread.id = own.conversation_id
WHERE own.send_after <= statement_timestamp() AND thread.line_id <> ALL (%s::bigint[])
AND thread.line_id NOT IN {_PAUSED} AND {_IS_FIRST}
ORDER BY own.send_after, own.created_at LIMIT 1"""  # noqa: S608 - composed of constants alone
_IS_DUE_ON_LINE = f"""{_IS_FIRST} AND own.send_after <= statement_timestamp()
AND (SELECT line_id FROM whatsapp_conversation WHERE id = own.conversation_id) = %s
AND %s NOT IN {_PAUSED}
ORDER BY own.send_after, own.created_at LIMIT 1 FOR UPDATE SKIP LOCKED"""  # noqa: S608 - as above
_IS_DUE_IN_CONVERSATION = f"""{_IS_FIRST} AND own.send_after <= statement_timestamp()
AND own.conversation_id = %s AND %s NOT IN {_PAUSED} LIMIT 1 FOR UPDATE SKIP LOCKED"""
_NEXT_DUE = f"""
SELECT min(greatest(own.send_after, line.paused_until)) FROM whatsapp_message AS own
JOIN whatsapp_conversation AS thread ON thread.id = own.conversation_id
JOIN whatsapp_line AS line ON line.id = thread.line_id WHERE {_IS_FIRST}"""  # noqa: S608 - as above
_LAPSED = """
SELECT id, conversation_id FROM whatsapp_message WHERE status = 'sending' AND lease_until < statement_timestamp()"""
_GIVE_UP = """
UPDATE whatsapp_message SET status = 'unknown', lease_until = NULL, updated_at = statement_timestamp(),
  error_code = %s, error_text = %s
WHERE id = %s AND status = 'sending' AND lease_until < statement_timestamp()"""


def deliver_due(seconds: float = 40) -> float | None:
    """Send what is due, for about `seconds`. Returns in how many seconds more will be due; None: nothing."""
    # First of all: a row in `sending` holds up every later message of its conversation
    _give_up_lapsed()
    ends_at = time.monotonic() + seconds
    # Lines take turns, so that the thousand messages of one do not hold up the one message of another
    served: set[int] = set()
    while time.monotonic() < ends_at and not stopping.is_asked():
        message = claim_next(served)
        if message is None:
            return _seconds_to_next()
        deliver(message)
    return 0.0


def deliver_first_of(conversations: Mapping[UUID, int]) -> float | None:
    """As `deliver_due`, but of these conversations (id → line's id) alone, one message of each: for whoever has
    just queued it, and must not wait for the provider of another line instead."""
    for conversation_id, line_id in conversations.items():
        if pace.line_has_room(line_id) and (
            message := _claim(_IS_DUE_IN_CONVERSATION, conversation_id, line_id)
        ):
            deliver(message)
    return _seconds_to_next()


def claim_next(served: set[int] | None = None) -> Message | None:
    """Take the next due message for this worker; None: nothing may go now.

    A message waits for the earlier ones of its conversation, for its turn with this client and for room
    on its line; it never holds up other people, nor other lines. `served`: lines that have had their
    turn in this round; kept from call to call, no line's backlog makes another wait.
    """
    served = set() if served is None else served
    exhausted: set[int] = set()
    while (line_id := _next_line(served, exhausted)) is not None:
        served.add(line_id)
        if pace.line_has_room(line_id) and (message := _claim(_IS_DUE_ON_LINE, line_id, line_id)):
            return message
        exhausted.add(line_id)
    return None


def _next_line(served: set[int], exhausted: set[int]) -> int | None:
    line_id = _line_of_first_due(besides=served | exhausted)
    if line_id is None and served:
        served.clear()
        line_id = _line_of_first_due(besides=exhausted)
    return line_id


def _line_of_first_due(besides: set[int]) -> int | None:
    line_id: int | None = one_trip.ask(_LINE_OF_FIRST, [list(besides)])
    return line_id


def _claim(is_due: str, *facts: object) -> Message | None:
    while True:
        # Ends before the provider is called: no row is locked while Twilio thinks
        with transaction.atomic():
            due = prepared.rows_beside(Message, _MOMENT, is_due, facts)
            if not due:
                return None
            message, (now, last) = due[0]
            if _take(message, now, last):
                return message


def _take(message: Message, now: datetime, last: datetime | None) -> bool:
    """Whether it is this message's turn with its client; else it becomes due when it is."""
    later = pace.take_turn(message, now, last)
    if later is not None:
        message.send_after = later
        message.save(update_fields=["send_after"])
        return False
    message.status, message.attempts = Status.SENDING, message.attempts + 1
    # Durable before the call. A worker that dies after it leaves `sending`, which nobody sends again
    message.lease_until = now + LEASE
    prepared.update(message, ("status", "attempts", "paced_until", "lease_until"))
    return True


def deliver(message: Message) -> None:
    """Offer a claimed message to its line's provider and write what came of it."""
    # Read after the claim: an opt-out, or the end of the window, may have come since it was queued
    conversation = _conversation_of(message)
    if code := _refusal(conversation, message):
        settle(message.pk, Status.FAILED, error_code=code)
        return
    try:
        sid = _offer(message)
    # The one outcome after which the same row is offered again
    except NotAcceptedError as error:
        _put_back(message, error.code)
    except RefusedError as error:
        _act_on_refusal(message, error.code)
    except OutcomeUnknownError as error:
        logger.warning("outcome unknown", extra={"message_id": str(message.pk), "why": str(error)})
        settle(message.pk, Status.UNKNOWN, error_code=refusals.NOT_CONFIRMED_CODE)
    else:
        settle(message.pk, Status.SENT, sid=sid)
        _tell_line(conversation.line, message)


def _refusal(conversation: Conversation, message: Message) -> str:
    """The code of why it must not be offered, '' where it may."""
    is_last_word = message.is_last_word
    refusal = window.refusal(conversation, is_template=message.is_template, is_last_word=is_last_word)
    # The ledger, too: two names may have been joined since, and whoever did so have died before the rest
    if refusal is window.OPTED_OUT or (not is_last_word and consent.has_opted_out(conversation)):
        return refusals.STOPPED_CODE
    if refusal is not None:
        return refusals.WINDOW_CLOSED_CODE
    # A person may know better than WhatsApp's last word
    is_hopeless = conversation.is_unreachable and message.user_id is None
    return refusals.NOT_ON_WHATSAPP_CODE if is_hopeless else ""


def _conversation_of(message: Message) -> Conversation:
    """As it stands now, with its line."""
    found = prepared.find_with(Conversation, Line, "line", id=message.conversation_id)
    if found is None:
        raise Conversation.DoesNotExist
    conversation, line = found
    conversation.line, message.conversation = line, conversation
    return conversation


def _offer(message: Message) -> str:
    line = message.conversation.line
    return transport_of(line).send(line, outgoing_of(message))


def _tell_line(line: Line, message: Message) -> None:
    """A message of it went out: nothing stops it any more, and a consultant's chat list shows the message."""
    if line.paused_since is not None:
        line_pauses.lift(line)
    if line.kind == Line.Kind.CONSULTANT:
        chat_entries.put(line, [chat_entries.entry_of_row(line, message)])


def _act_on_refusal(message: Message, code: str) -> None:
    if code in refusals.STOPS_LINE:
        _stop_line(message, code)
    else:
        settle(message.pk, Status.FAILED, error_code=code)


def _put_back(message: Message, code: str) -> None:
    """Try again later, each time later than before; give up where Twilio stays out of reach for long."""
    if message.attempts >= MOST_ATTEMPTS:
        settle(message.pk, Status.FAILED, error_code=code or refusals.UNREACHABLE_CODE)
        return
    pause = min(LONGEST_PAUSE_SECONDS, 2 ** (message.attempts - 1))
    # Else all that Twilio refused at once would come back at once
    jitter = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
    _queue_again(message, code, timezone.now() + timedelta(seconds=pause * jitter))
    line_alarms.note_late(message, code)


@transaction.atomic
def _stop_line(message: Message, code: str) -> None:
    """The line's fault, not the message's: it waits, and so does everything on its line."""
    line_id = message.conversation.line_id
    rests_until = line_pauses.pause(line_id, code)
    own_turn = timezone.now() + line_pauses.pause_of_message(message.attempts)
    _queue_again(message, code, max(rests_until, own_turn))
    line_pauses.give_up_old(line_id, code)


def _queue_again(message: Message, code: str, send_after: datetime) -> None:
    """Whoever looks at it learns why it waits."""
    is_news = code != message.error_code
    message.status, message.error_code = Status.QUEUED, code
    Message.objects.filter(pk=message.pk, status=Status.SENDING).update(
        status=Status.QUEUED,
        lease_until=None,
        send_after=send_after,
        error_code=code,
        error_text=refusals.text_for(message),
    )
    if is_news:
        announce(message_changed, conversation_id=str(message.conversation_id), message_id=str(message.pk))


def _give_up_lapsed() -> None:
    """A worker died with these in hand; Twilio may have them. They are settled later, not sent again."""
    code = refusals.NOT_CONFIRMED_CODE
    for message_id, conversation_id in one_trip.read_rows(_LAPSED, []):
        # The condition once more: of several workers that saw it lapse one changes it and tells
        if one_trip.execute(_GIVE_UP, [code, str(refusals.text_of(code)), message_id]):
            announce(message_changed, conversation_id=str(conversation_id), message_id=str(message_id))


def _seconds_to_next() -> float | None:
    """Never 0: what is due but was not claimed is in another worker's hands this very moment."""
    send_after = one_trip.ask(_NEXT_DUE, [])
    if send_after is None:
        return None
    return max(SHORTEST_PAUSE_SECONDS, (send_after - timezone.now()).total_seconds())
