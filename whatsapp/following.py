"""Conversations follow their leads: somebody who wrote becomes a lead, a lead gets another consultant."""

import logging
from uuid import UUID

import redis
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from leads.models import Lead, LeadIdentity, Status
from whatsapp import chat_index
from whatsapp.models import Conversation, Line
from whatsapp.models.conversation import ConversationQuerySet

logger = logging.getLogger(__name__)
WHATSAPP_KINDS = (LeadIdentity.Kind.PHONE, LeadIdentity.Kind.WHATSAPP_ID)
CLOSED = (Status.Kind.WON, Status.Kind.LOST)


def claim_conversations(lead_id: UUID) -> int:
    """Link the conversations of this person that are nobody's yet, or a closed lead's who comes back as
    this one. Answers how many."""
    identities = LeadIdentity.objects.filter(lead=lead_id, kind__in=WHATSAPP_KINDS)
    keys = list(identities.values_list("key", flat=True))
    if not keys:
        return 0
    _mark_chats(lead_id, keys)
    theirs = Conversation.objects.filter(Q(client_key__in=keys) | Q(external_user_id__in=keys))
    free = theirs.filter(Q(lead=None) | Q(lead__status__kind__in=CLOSED)).exclude(lead=lead_id)
    return free.update(lead=lead_id, updated_at=timezone.now())


def claim_forgotten_conversations() -> int:
    """The same for all leads: a first message on its way while the lead was made is seen by neither side."""
    keys = Q(key=OuterRef("client_key")) | Q(key=OuterRef("external_user_id"))
    owner = LeadIdentity.objects.filter(keys, kind__in=WHATSAPP_KINDS).order_by("pk").values("lead")[:1]
    nobodys = Conversation.objects.filter(lead=None).alias(owner=Subquery(owner)).exclude(owner=None)
    return nobodys.update(lead=Subquery(owner), updated_at=timezone.now())


def _mark_chats(lead_id: UUID, keys: list[str]) -> None:
    """In the chat lists of consultants' own lines; from now on what this person writes is kept."""
    lines = Line.objects.filter(kind=Line.Kind.CONSULTANT, is_active=True).values_list("pk", flat=True)
    try:
        for line_id in lines:
            for key in keys:
                chat_index.say_lead(line_id, chat_index.chat_id_of(line_id, key), str(lead_id))
    except redis.RedisError as error:
        logger.warning("chat lists do not know the lead yet", extra={"why": type(error).__name__})


def follow_assignment(lead_id: UUID) -> int:
    """Whoever has the lead now answers what the agent has handed over. Answers how many changed."""
    owner = Lead.objects.filter(pk=lead_id).values_list("consultant_id", flat=True).first()
    others = _handed_over().filter(lead=lead_id)
    if owner is not None:
        others = others.exclude(consultant=owner)
    return others.update(consultant=owner, updated_at=timezone.now())


def follow_assignments() -> int:
    """The same for every lead whose change nobody heard of, because a process died in between."""
    owner = Lead.objects.filter(pk=OuterRef("lead")).values("consultant")
    waiting = _handed_over().filter(consultant=None, lead__consultant__isnull=False)
    return waiting.update(consultant=Subquery(owner), updated_at=timezone.now())


def _handed_over() -> ConversationQuerySet:
    return Conversation.objects.filter(status=Conversation.Status.TRANSFERRED, line__kind=Line.Kind.AGENT)
