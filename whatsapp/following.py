"""Conversations follow their leads: somebody who wrote becomes a lead, a lead gets another consultant."""

from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from leads.models import Lead, LeadIdentity, Status
from whatsapp import adoption
from whatsapp.models import Conversation, Line
from whatsapp.models.conversation import ConversationQuerySet

WHATSAPP_KINDS = (LeadIdentity.Kind.PHONE, LeadIdentity.Kind.WHATSAPP_ID)
CLOSED = (Status.Kind.WON, Status.Kind.LOST)


def claim_conversations(lead_id: UUID) -> int:
    """Link the conversations of this person that are nobody's yet, or a closed lead's who comes back as
    this one. Answers how many."""
    identities = LeadIdentity.objects.filter(lead=lead_id, kind__in=WHATSAPP_KINDS)
    keys = list(identities.values_list("key", flat=True))
    if not keys:
        return 0
    theirs = Conversation.objects.filter(Q(client_key__in=keys) | Q(external_user_id__in=keys))
    free = theirs.filter(Q(lead=None) | Q(lead__status__kind__in=CLOSED)).exclude(lead=lead_id)
    count = free.update(lead=lead_id, updated_at=timezone.now())
    adoption.adopt_all(lead_id, keys)
    return count


def claim_forgotten_conversations() -> int:
    """The same for all leads: a first message on its way while the lead was made is seen by neither side."""
    keys = Q(key=OuterRef("client_key")) | Q(key=OuterRef("external_user_id"))
    owner = LeadIdentity.objects.filter(keys, kind__in=WHATSAPP_KINDS).order_by("pk").values("lead")[:1]
    nobodys = Conversation.objects.filter(lead=None).alias(owner=Subquery(owner)).exclude(owner=None)
    return nobodys.update(lead=Subquery(owner), updated_at=timezone.now())


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
