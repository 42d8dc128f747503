"""When a conversation is over: a person says so, its lead is closed, or nobody has written for long.

The client's next message opens it again (`whatsapp.services.inbound`), and so does a person who closed it by a slip.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from leads import clock
from leads.actors import Actor, person
from leads.errors import NotFoundError
from leads.models import Lead, LeadEvent, Status, User
from leads.services import writes
from whatsapp.locks import lock_conversation
from whatsapp.models import Conversation, Line
from whatsapp.models.conversation import SERVICE_WINDOW, ConversationQuerySet
from whatsapp.owed import owe_last_words
from whatsapp.services.hands import cancel_queued

# Of a sweep: each is a transaction of its own, and the next sweep comes in five minutes
MOST_AT_ONCE = 500
CLOSED = LeadEvent.Kind.CONVERSATION_CLOSED
CLOSED_LEADS = Q(lead__status__kind__in=[Status.Kind.WON, Status.Kind.LOST]) | Q(
    lead__archived_at__isnull=False
)


@transaction.atomic
def close(*, conversation_id: UUID | str, user: User, origin: str = "") -> Conversation:
    """Nobody owes this client an answer any more; what the agent has not sent yet is dropped. Twice changes nothing."""
    if not Conversation.objects.visible_to(user).filter(pk=conversation_id).exists():
        raise NotFoundError
    conversation = lock_conversation(conversation_id)
    if conversation.status != Conversation.Status.CLOSED:
        _close(conversation)
        _tell_lead(conversation, person(user, origin))
    return conversation


@transaction.atomic
def open_again(*, conversation_id: UUID | str, user: User, origin: str = "") -> Conversation:
    """As it was before it was closed: whoever answered answers again, and what the client wrote last is owed an
    answer. What the agent had not sent yet stays dropped. Of one that is open nothing changes."""
    if not Conversation.objects.visible_to(user).filter(pk=conversation_id).exists():
        raise NotFoundError
    conversation = lock_conversation(conversation_id)
    if conversation.status == Conversation.Status.CLOSED:
        _tell_lead_again(conversation, person(user, origin))
        _open(conversation)
    return conversation


def close_finished() -> int:
    """Sweep: close what is over. Answers how many."""
    finished = _finished().order_by("last_message_at").values_list("pk", flat=True)[:MOST_AT_ONCE]
    return sum(_close_if_finished(pk) for pk in list(finished))


def _finished() -> ConversationQuerySet:
    """Of closed leads once WhatsApp's window is over, so that nobody who still talks is cut off; of all
    others after the days of silence."""
    now = clock.now()
    silent_since = now - timedelta(days=settings.CONVERSATION_CLOSES_AFTER_DAYS)
    is_silent = Q(last_message_at__lt=silent_since)
    is_over = CLOSED_LEADS & Q(last_message_at__lt=now - SERVICE_WINDOW)
    open_ones = Conversation.objects.exclude(status=Conversation.Status.CLOSED)
    return open_ones.filter(is_silent | is_over if settings.CONVERSATION_CLOSES_AFTER_DAYS else is_over)


@transaction.atomic
def _close_if_finished(conversation_id: UUID) -> bool:
    """Looked at once more with the row held: a message may have come meanwhile."""
    conversation = lock_conversation(conversation_id)
    is_finished = _finished().filter(pk=conversation_id).exists()
    if is_finished:
        _close(conversation)
    return is_finished


def _tell_lead(conversation: Conversation, actor: Actor) -> None:
    """Nobody waits for an answer, and the timeline says who decided that."""
    if conversation.lead_id is None:
        return
    lead = Lead.objects.select_for_update().get(pk=conversation.lead_id)
    waited = {"waiting_since": lead.waiting_since.isoformat()} if lead.waiting_since else {}
    lead.waiting_since = None
    writes.record(lead, CLOSED, actor, conversation=str(conversation.pk), epoch=conversation.epoch, **waited)
    writes.changed(lead, ["waiting_since"], action=CLOSED, actor=actor)


def _tell_lead_again(conversation: Conversation, actor: Actor) -> None:
    """The client waits since the moment that the closing put an end to, if nobody waits for anything newer."""
    if conversation.lead_id is None:
        return
    lead = Lead.objects.select_for_update().get(pk=conversation.lead_id)
    # By the epoch: a sweep may have closed it since, which ended no wait of anybody
    closings = lead.events.filter(kind=CLOSED, data__conversation=str(conversation.pk))
    closing = closings.filter(data__epoch=conversation.epoch).first()
    since = closing.data.get("waiting_since") if closing else None
    if since and lead.opted_out_at is None:
        lead.waiting_since = lead.waiting_since or parse_datetime(since)
    writes.record(lead, CLOSED, actor, conversation=str(conversation.pk), undone=True)
    writes.changed(lead, ["waiting_since"], action="conversation_opened", actor=actor)


def _open(conversation: Conversation) -> None:
    # What says who answers is left alone by the closing, but for the status
    is_agents = conversation.line.kind == Line.Kind.AGENT and conversation.transferred_at is None
    conversation.status = Conversation.Status.ACTIVE if is_agents else Conversation.Status.TRANSFERRED
    conversation.epoch += 1
    if is_agents and not conversation.is_opted_out:
        owe_last_words(conversation)
    conversation.save(update_fields=["status", "epoch", "answered_seq", "burst_started_at", "updated_at"])


def _close(conversation: Conversation) -> None:
    cancel_queued(conversation)
    conversation.status = Conversation.Status.CLOSED
    # What the agent is thinking out now is dropped when it comes to be said
    conversation.epoch += 1
    conversation.answered_seq = conversation.last_inbound_seq
    conversation.burst_started_at = None
    conversation.save(update_fields=["status", "epoch", "answered_seq", "burst_started_at", "updated_at"])
