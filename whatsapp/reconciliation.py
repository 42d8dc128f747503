"""Asking Twilio what became of messages whose acceptance it never confirmed."""

import logging
from collections import defaultdict
from datetime import timedelta

from django.utils import timezone

from whatsapp import client, refusals
from whatsapp.accounts import account_of
from whatsapp.client import SentMessage
from whatsapp.models import Conversation, Message
from whatsapp.send_errors import SendError
from whatsapp.statuses import MEANING, settle

logger = logging.getLogger(__name__)
ASK_AFTER = timedelta(seconds=20)  # a status callback is usually faster
GIVE_UP_AFTER = timedelta(minutes=2)  # Twilio lists what it took within seconds; somebody waits for an answer
FORGET_AFTER = timedelta(days=1)
MOST_ASKED = 100


def settle_unconfirmed() -> int:
    """Find messages whose fate is unknown on Twilio's list. Answers how many were settled."""
    now = timezone.now()
    unknown = Message.objects.filter(
        status=Message.Status.UNKNOWN,
        updated_at__lte=now - ASK_AFTER,
        created_at__gte=now - FORGET_AFTER,
    )
    by_conversation: dict[Conversation, list[Message]] = defaultdict(list)
    for message in unknown.select_related("conversation__line").order_by("created_at")[:MOST_ASKED]:
        by_conversation[message.conversation].append(message)
    return sum(_settle_conversation(*pair) for pair in by_conversation.items())


def _settle_conversation(conversation: Conversation, messages: list[Message]) -> int:
    line = conversation.line
    account = account_of(line)
    if account is None:
        return 0
    since = messages[0].created_at - timedelta(minutes=1)
    try:
        listed = client.list_messages(
            account, sender=line.address, recipient=conversation.client_address, since=since, limit=MOST_ASKED
        )
    except SendError as error:
        logger.info("Twilio did not say what it has", extra={"line": line.pk, "why": str(error)})
        return 0
    unclaimed = _unclaimed(listed)
    return sum(_settle_message(message, unclaimed) for message in messages)


def _settle_message(message: Message, unclaimed: list[SentMessage]) -> bool:
    """The oldest record of the same words is this message; with none for long, it never got there."""
    same = next((one for one in unclaimed if _may_be(message, one)), None)
    if same is not None:
        unclaimed.remove(same)
        status = MEANING.get(same.status, Message.Status.SENT)
        settle(message.pk, status, sid=same.sid, error_code=same.error_code)
        return True
    if message.updated_at > timezone.now() - GIVE_UP_AFTER:
        return False
    settle(message.pk, Message.Status.FAILED, error_code=refusals.NEVER_ARRIVED_CODE)
    return True


def _may_be(message: Message, listed: SentMessage) -> bool:
    """A template's words stand on record as its provider composed them, so any record may be one."""
    if message.is_template:
        return True
    return listed.body == message.body and bool(listed.media_count) == bool(message.media)


def _unclaimed(listed: list[SentMessage]) -> list[SentMessage]:
    """Records that are no known message of ours, oldest first."""
    known = _known_sids(listed)
    return [one for one in reversed(listed) if one.sid not in known]


def _known_sids(listed: list[SentMessage]) -> set[str | None]:
    sids = [one.sid for one in listed]
    return set(Message.objects.filter(sid__in=sids).values_list("sid", flat=True))
