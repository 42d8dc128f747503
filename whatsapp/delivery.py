"""From the outbox to the line's provider: each row is offered at most once unless it surely was not taken."""

import logging
import random
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from leads.on_commit import announce
from whatsapp import chat_entries, pace, refusals, window
from whatsapp.models import Line, Message
from whatsapp.outgoing import outgoing_of
from whatsapp.send_errors import NotAcceptedError, OutcomeUnknownError, RefusedError
from whatsapp.signals import message_changed
from whatsapp.statuses import act_on, settle
from whatsapp.transports import transport_of

logger = logging.getLogger(__name__)
Status = Message.Status

LEASE = timedelta(seconds=30)  # a call to Twilio takes 16 at most: 8 to connect, 8 to be answered
MOST_ATTEMPTS = 20
LONGEST_PAUSE_SECONDS = 300
SHORTEST_PAUSE_SECONDS = 0.5


def deliver_due(seconds: float = 40) -> float | None:
    """Send what is due, for about `seconds`. Returns in how many seconds more will be due; None: nothing."""
    _give_up_lapsed()
    ends_at = time.monotonic() + seconds
    served: set[int] = set()
    while time.monotonic() < ends_at:
        message = claim_next(served)
        if message is None:
            return _seconds_to_next()
        deliver(message)
    return 0.0


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
        if pace.line_has_room(line_id) and (message := _claim_on(line_id)):
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
    due = _due().exclude(conversation__line__in=besides)
    return due.values_list("conversation__line", flat=True).first()


def _claim_on(line_id: int) -> Message | None:
    while True:
        with transaction.atomic():
            due = _due().filter(conversation__line=line_id).annotate(now=Now())
            message = due.select_for_update(skip_locked=True, of=("self",)).first()
            if message is None or _take(message):
                return message


def _take(message: Message) -> bool:
    """Whether it is this message's turn with its client; else it becomes due when it is."""
    later = pace.take_turn(message, vars(message)["now"])
    if later is not None:
        message.send_after = later
        message.save(update_fields=["send_after"])
        return False
    message.status, message.attempts = Status.SENDING, message.attempts + 1
    message.save(update_fields=["status", "attempts", "paced_until"])
    Message.objects.filter(pk=message.pk).update(lease_until=Now() + LEASE)
    return True


def _due() -> QuerySet[Message]:
    return _next_of_each().filter(send_after__lte=Now()).order_by("send_after", "created_at")


def _next_of_each() -> QuerySet[Message]:
    """Of every conversation the one queued message that waits for none before it."""
    earlier = Message.objects.filter(
        conversation=OuterRef("conversation"),
        seq__lt=OuterRef("seq"),
        status__in=[Status.QUEUED, Status.SENDING],
    )
    return Message.objects.filter(~Exists(earlier), status=Status.QUEUED)


def deliver(message: Message) -> None:
    """Offer a claimed message to its line's provider and write what came of it."""
    conversation = message.conversation
    refusal = window.refusal(conversation, is_template=message.is_template, is_last_word=message.is_last_word)
    if refusal is not None:
        is_stopped = refusal is window.OPTED_OUT
        code = refusals.STOPPED_CODE if is_stopped else refusals.WINDOW_CLOSED_CODE
        settle(message.pk, Status.FAILED, error_code=code)
        return
    try:
        sid = _offer(message)
    except NotAcceptedError as error:
        _put_back(message, error.code)
    except RefusedError as error:
        settle(message.pk, Status.FAILED, error_code=error.code)
    except OutcomeUnknownError as error:
        logger.warning("outcome unknown", extra={"message_id": str(message.pk), "why": str(error)})
        settle(message.pk, Status.UNKNOWN, error_code=refusals.NOT_CONFIRMED_CODE)
    else:
        settle(message.pk, Status.SENT, sid=sid)
        if conversation.line.kind == Line.Kind.CONSULTANT:
            chat_entries.put(conversation.line, [chat_entries.entry_of_row(conversation.line, message)])


def _offer(message: Message) -> str:
    line = message.conversation.line
    return transport_of(line).send(line, outgoing_of(message))


def _put_back(message: Message, code: str) -> None:
    """Try again later, each time later than before; give up where Twilio stays out of reach for long."""
    if message.attempts >= MOST_ATTEMPTS:
        settle(message.pk, Status.FAILED, error_code=code or refusals.UNREACHABLE_CODE)
        return
    pause = min(LONGEST_PAUSE_SECONDS, 2 ** (message.attempts - 1))
    jitter = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
    Message.objects.filter(pk=message.pk, status=Status.SENDING).update(
        status=Status.QUEUED, lease_until=None, send_after=timezone.now() + timedelta(seconds=pause * jitter)
    )
    act_on(message, code)


def _give_up_lapsed() -> None:
    """A worker died with these in hand; Twilio may have them. They are settled later, not sent again."""
    lapsed = Message.objects.filter(status=Status.SENDING, lease_until__lt=Now())
    for message_id, conversation_id in list(lapsed.values_list("pk", "conversation_id")):
        changed = Message.objects.filter(pk=message_id, status=Status.SENDING, lease_until__lt=Now()).update(
            status=Status.UNKNOWN,
            lease_until=None,
            updated_at=timezone.now(),
            error_code=refusals.NOT_CONFIRMED_CODE,
            error_text=refusals.text_of(refusals.NOT_CONFIRMED_CODE),
        )
        if changed:
            announce(message_changed, conversation_id=str(conversation_id), message_id=str(message_id))


def _seconds_to_next() -> float | None:
    """Never 0: what is due but was not claimed is in another worker's hands this very moment."""
    waiting = _next_of_each().order_by("send_after")
    send_after = waiting.values_list("send_after", flat=True).first()
    if send_after is None:
        return None
    return max(SHORTEST_PAUSE_SECONDS, (send_after - timezone.now()).total_seconds())
