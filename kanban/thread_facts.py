"""What belongs to one conversation alone, where its lead has several: the card knows only their sum."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Min, Window
from django.db.models.functions import RowNumber

from leads.models import Lead
from whatsapp.models import Conversation, Message
from whatsapp.services.hands import TAKEN_OVER

INBOUND = Message.Direction.IN
# The conversation is given away a moment before its lead's wait is written, in one transaction
HANDOFF_TAKES = timedelta(seconds=5)


@dataclass(frozen=True)
class Wait:
    """How many of the lead’s unread messages are here, and since when this conversation waits for an answer."""

    unread: int
    since: datetime | None


def leads_with_several(leads: Collection[Lead]) -> set[UUID]:
    """Those of `leads` who write on more than one line."""
    rows = Conversation.objects.filter(lead__in=leads).order_by().values("lead")
    several = rows.annotate(count=Count("pk")).filter(count__gt=1)
    return set(several.values_list("lead", flat=True))


def last_messages(conversations: Collection[Conversation]) -> dict[UUID, Message]:
    """The last words of each that were said, or are about to be."""
    if not conversations:
        return {}
    said = Message.objects.filter(conversation__in=conversations).exclude(status=Message.Status.CANCELLED)
    latest = said.order_by("conversation_id", "-seq").distinct("conversation_id")
    return {message.conversation_id: message for message in latest}


def waits_of(conversations: Collection[Conversation]) -> dict[UUID, Wait]:
    """Of leads with several conversations."""
    leads = {one.lead_id for one in conversations}
    unread, since = (_unread(leads), _waiting(leads)) if leads else (Counter(), {})
    return {
        one.pk: Wait(unread[one.pk], since.get(one.pk) or _waits_since_handoff(one)) for one in conversations
    }


def _unread(leads: Collection[UUID | None]) -> Counter[UUID]:
    """The unread messages of a lead are the last that it wrote, on whichever line."""
    written = Message.objects.filter(
        conversation__lead__in=leads, conversation__lead__unread_count__gt=0, direction=INBOUND
    )
    newest_first = Window(
        RowNumber(), partition_by="conversation__lead", order_by=[F("created_at").desc(), F("pk").desc()]
    )
    unread = (
        written.order_by().annotate(turn=newest_first).filter(turn__lte=F("conversation__lead__unread_count"))
    )
    return Counter(unread.values_list("conversation", flat=True))


def _waiting(leads: Collection[UUID | None]) -> dict[UUID, datetime]:
    """An answer on any line ends the lead's wait: whoever waits has written since that began."""
    unanswered = Message.objects.filter(
        conversation__lead__in=leads,
        direction=INBOUND,
        created_at__gte=F("conversation__lead__waiting_since"),
    )
    first = unanswered.order_by().values("conversation").annotate(first=Min("created_at"))
    return dict(first.values_list("conversation", "first"))


def _waits_since_handoff(conversation: Conversation) -> datetime | None:
    """The agent had answered, and from then on the client waits for a person."""
    began, handed_over = conversation.lead and conversation.lead.waiting_since, conversation.transferred_at
    if not began or not handed_over or conversation.handoff_reason == TAKEN_OVER:
        return None
    return max(began, handed_over) if handed_over >= began - HANDOFF_TAKES else None
