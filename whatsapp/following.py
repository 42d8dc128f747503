"""Conversations follow their leads: somebody who wrote becomes a lead, a lead gets another consultant."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from leads import one_trip
from leads.models import LeadIdentity, Status
from leads.services import activity
from whatsapp import adoption, consent, person
from whatsapp.locks import lock_all_of
from whatsapp.models import Conversation
from whatsapp.services.hands import TAKEN_OVER

# Only what was handed over: a thread in which the agent still asks is nobody's yet, and a consultant's own
# line stays theirs whoever gets the lead. IS DISTINCT FROM, because either side may be NULL
_FOLLOW_ALL = """
SELECT conversation.id FROM whatsapp_conversation AS conversation
JOIN leads_lead AS lead ON conversation.lead_id = lead.id
JOIN whatsapp_line AS line ON line.id = conversation.line_id
WHERE conversation.status = 'transferred' AND line.kind = 'agent'
  AND conversation.consultant_id IS DISTINCT FROM lead.consultant_id"""
_FOLLOWING = """
UPDATE whatsapp_conversation AS conversation
SET consultant_id = lead.consultant_id, updated_at = statement_timestamp()
FROM leads_lead AS lead, ({of_whom} ORDER BY conversation.id FOR UPDATE OF conversation) AS found
WHERE conversation.id = found.id AND conversation.lead_id = lead.id"""
_FOLLOW = f"{_FOLLOW_ALL} AND lead.id = %(lead)s"
# Whoever took a conversation over need not be the lead's consultant, so that a difference alone says nothing.
_FOLLOW_FORGOTTEN = f"{_FOLLOW_ALL} AND conversation.handoff_reason <> %(taken_over)s"
WHATSAPP_KINDS = (LeadIdentity.Kind.PHONE, LeadIdentity.Kind.WHATSAPP_ID)
CLOSED = (Status.Kind.WON, Status.Kind.LOST)


def claim_conversations(lead_id: UUID) -> int:
    """Link the conversations of this person that are nobody's yet, or a closed lead's who comes back as
    this one. Answers how many."""
    identities = LeadIdentity.objects.filter(lead=lead_id, kind__in=WHATSAPP_KINDS)
    keys = list(identities.values_list("key", flat=True))
    if not keys:
        return 0
    count = _claim(lead_id, keys)
    adoption.adopt_all(lead_id, keys)
    return count


@transaction.atomic
def _claim(lead_id: UUID, keys: Sequence[str]) -> int:
    """What the person said last, by any of their names, holds for all from now on."""
    everywhere = person.keys_of(keys[0], lead_id=lead_id)
    locked = lock_all_of(everywhere)
    if not locked:
        return 0
    theirs = Conversation.objects.filter(Q(client_key__in=keys) | Q(external_user_id__in=keys))
    free = theirs.filter(Q(lead=None) | Q(lead__status__kind__in=CLOSED)).exclude(lead=lead_id)
    count = free.update(lead=lead_id, updated_at=timezone.now())
    consent.follow_last_word(Conversation.objects.get(pk=locked[0]))
    if count and theirs.filter(lead=lead_id, is_opted_out=True).exists():
        activity.stop_waiting(lead_ids=[lead_id])
    return count


def claim_forgotten_conversations() -> int:
    """The same for all leads: a first message on its way while the lead was made is seen by neither side."""
    keys = Q(key=OuterRef("client_key")) | Q(key=OuterRef("external_user_id"))
    owner = LeadIdentity.objects.filter(keys, kind__in=WHATSAPP_KINDS).order_by("pk").values("lead")[:1]
    nobodys = Conversation.objects.filter(lead=None).annotate(owner=Subquery(owner)).exclude(owner=None)
    return sum(claim_conversations(lead_id) for lead_id in set(nobodys.values_list("owner", flat=True)))


def follow_assignment(lead_id: UUID) -> int:
    """Whoever has the lead now answers what the agent has handed over. Answers how many changed."""
    return one_trip.execute(_FOLLOWING.format(of_whom=_FOLLOW), {"lead": lead_id})


def follow_assignments() -> int:
    """The same for every lead whose change nobody heard of, because a process died in between."""
    return one_trip.execute(_FOLLOWING.format(of_whom=_FOLLOW_FORGOTTEN), {"taken_over": TAKEN_OVER})
