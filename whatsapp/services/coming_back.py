"""A client whose lead was won, lost or archived writes again after the conversation was over."""

from uuid import UUID

from leads.actors import CLIENT
from leads.models import Lead, Status
from leads.payload import LeadPayload
from leads.services.intake import receive_lead
from whatsapp.models import Conversation
from whatsapp.payloads import InboundMessage, text_of
from whatsapp.wishes import wish_in


def lead_again(conversation: Conversation, inbound: InboundMessage, known_as: UUID | None) -> Lead | None:
    """The lead of this conversation from now on, by the setting of its line: the closed one opened again, or
    a new one. Either is decided on as any lead that comes back: its former consultant has it, if available.

    The caller holds the conversation's row. A lead that no consultant had is left for the agent, whose
    handoff opens it. Whoever asks for silence has not come back; nor is `known_as`, the id of the lead that
    the client's number belongs to, another's.
    """
    lead = conversation.lead
    if lead is None or lead.consultant_id is None or not _is_over(lead) or known_as != lead.pk:
        return lead
    # "PARAR" would else open the lead again and give it to somebody who may not write
    if conversation.is_opted_out or wish_in(inbound.body):
        return lead
    return receive_lead(
        payload=_payload_of(inbound, lead), source=None, actor=CLIENT, returning=conversation.line.returning
    ).lead


def _is_over(lead: Lead) -> bool:
    return lead.archived_at is not None or lead.status.kind != Status.Kind.OPEN


def _payload_of(inbound: InboundMessage, lead: Lead) -> LeadPayload:
    return LeadPayload(
        # The name that a person wrote before the one that WhatsApp shows
        name=lead.name or inbound.profile_name,
        phone=inbound.phone or None,
        whatsapp_id=inbound.external_user_id,
        message=text_of(inbound),
        attribution={key: str(value) for key, value in (inbound.referral or {}).items()},
    )
