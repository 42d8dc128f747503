"""Asking Twilio what became of messages whose acceptance it never confirmed."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from whatsapp import client, refusals
from whatsapp.accounts import account_of
from whatsapp.listings import SentMessage
from whatsapp.models import Conversation, Line, Message
from whatsapp.run_time import until_over
from whatsapp.send_errors import SendError
from whatsapp.statuses import MEANING, rise, settle

logger = logging.getLogger(__name__)
ASK_AFTER = timedelta(seconds=20)  # a status callback is usually faster
# Twilio's list may be behind by minutes when Twilio is in trouble, which is when answers get lost. Who is said
# never to have got a message may get it again, so one look at the list is no proof. A person may resend earlier.
MISSING_FOR = timedelta(minutes=10)
FORGET_AFTER = timedelta(days=1)
MOST_ASKED = 100
MOST_LISTED = 1000  # of one client; Twilio's longest page
RUN_SECONDS = 25  # beat starts the next run after 30


def settle_unconfirmed(seconds: float = RUN_SECONDS) -> int:
    """Find messages whose fate is unknown on Twilio's list. Answers how many were settled.

    Those that were not asked about for longest come first, so that no line that cannot be asked, and
    nothing that stays missing, holds up the others.
    """
    return sum(_settle_conversation(one) for one in until_over(_longest_waiting(), seconds))


def _longest_waiting() -> list[Conversation]:
    """In any order where they were put off together."""
    messages = _due().select_related("conversation__line").order_by("updated_at", "?")
    return list(dict.fromkeys(message.conversation for message in messages[:MOST_ASKED]))


def _due() -> QuerySet[Message]:
    now = timezone.now()
    return Message.objects.filter(
        status=Message.Status.UNKNOWN,
        # Meta has no list of messages to ask: there only a status settles it
        conversation__line__transport=Line.Transport.TWILIO,
        updated_at__lte=now - ASK_AFTER,
        created_at__gte=now - FORGET_AFTER,
    )


def _settle_conversation(conversation: Conversation) -> int:
    messages = list(Message.objects.filter(pk__in=_take(_due().filter(conversation=conversation))))
    if not messages:
        return 0
    listed = _listed(conversation, messages)
    if listed is None:
        _put_off(conversation)
        return 0
    unclaimed = _unclaimed(listed)
    oldest_first = sorted(messages, key=lambda message: message.seq)
    return sum(_settle_message(message, unclaimed) for message in oldest_first)


@transaction.atomic
def _take(due: QuerySet[Message]) -> list[UUID]:
    """No other run asks about these for as long as `ASK_AFTER`, which is longer than Twilio's answer may take."""
    longest_waiting = due.order_by("updated_at").select_for_update(of=("self",), skip_locked=True)
    taken = list(longest_waiting.values_list("pk", flat=True)[:MOST_ASKED])
    Message.objects.filter(pk__in=taken).update(updated_at=timezone.now())
    return taken


def _put_off(conversation: Conversation) -> None:
    """Where one call failed the line's others would, too: they wait for the next run, behind other lines'.

    This conversation comes last of all, in case that it alone is at fault.
    """
    _take(_due().filter(conversation__line=conversation.line_id))
    asked = Message.objects.filter(conversation=conversation, status=Message.Status.UNKNOWN)
    asked.update(updated_at=timezone.now())


def _listed(conversation: Conversation, messages: list[Message]) -> list[SentMessage] | None:
    """What Twilio has for this client since the first of them; None: it did not say, or not all."""
    line = conversation.line
    account = account_of(line)
    if account is None:
        return None
    # A minute for clocks that differ
    since = min(message.created_at for message in messages) - timedelta(minutes=1)
    try:
        # Not by date: while a message waits in Twilio's queue, a list that is asked for by date lacks it
        listed = client.list_messages(
            account, sender=line.address, recipient=conversation.client_address, limit=MOST_LISTED
        )
    except SendError as error:
        logger.info("Twilio did not say what it has", extra={"line": line.pk, "why": str(error)})
        return None
    recent = [one for one in listed if one.created_at is None or one.created_at >= since]
    return recent if len(recent) < MOST_LISTED else None


def _settle_message(message: Message, unclaimed: list[SentMessage]) -> bool:
    """The oldest record of the same words is this message; with none for long, it never got there."""
    # The same words twice are two records: each message takes one away
    same = next((one for one in unclaimed if _may_be(message, one)), None)
    if same is not None:
        unclaimed.remove(same)
        status = MEANING.get(same.status, Message.Status.SENT)
        settle(message.pk, status, sid=same.sid, error_code=same.error_code)
        return True
    return _note_missing(message)


@transaction.atomic
def _note_missing(message: Message) -> bool:
    """Whether it is given up: a callback may have told of it while the list was on its way."""
    held = Message.objects.select_for_update().get(pk=message.pk)
    if held.status != Message.Status.UNKNOWN or held.sid:
        return False
    # One look proves nothing: the list may lag when Twilio is in trouble
    if held.missed_since is None:
        Message.objects.filter(pk=held.pk).update(missed_since=timezone.now())
        return False
    if held.missed_since > timezone.now() - MISSING_FOR:
        return False
    rise(held, Message.Status.FAILED, error_code=refusals.NEVER_ARRIVED_CODE)
    return True


def _may_be(message: Message, listed: SentMessage) -> bool:
    """A template's words stand on record as its provider composed them, so any record may be one."""
    if message.is_template:
        return True
    # Words come back as they were sent; a file comes back under an address of Twilio's, so it is only counted
    return listed.body == message.body and bool(listed.media_count) == bool(message.media)


def _unclaimed(listed: list[SentMessage]) -> list[SentMessage]:
    """Records that are no known message of ours, oldest first."""
    known = _known_sids(listed)
    return [one for one in reversed(listed) if one.sid not in known]


def _known_sids(listed: list[SentMessage]) -> set[str | None]:
    sids = [one.sid for one in listed]
    return set(Message.objects.filter(sid__in=sids).values_list("sid", flat=True))
