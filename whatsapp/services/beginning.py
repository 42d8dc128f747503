"""The first word to a lead who has not written to us: an approved template."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leads.errors import InvalidError
from leads.models import User
from leads.services.access import get_lead
from whatsapp.models import Line
from whatsapp.services import outbound, templates
from whatsapp.services.opening import open_conversation


def line_to_begin_on(user: User) -> Line | None:
    """The user's own line, else the agent's. None: there is none."""
    active = Line.objects.filter(is_active=True).order_by("pk")
    # From the number that the client will then know: their answer comes to the same consultant
    own = active.filter(kind=Line.Kind.CONSULTANT, consultant=user.pk).first()
    return own or active.filter(kind=Line.Kind.AGENT).first()


@transaction.atomic
def begin_conversation(
    *,
    lead_id: UUID | str,
    user: User,
    template: str,
    variables: Mapping[str, Any],
    client_id: str | None = None,
    origin: str = "",
) -> outbound.Sent:
    """Write to a lead first. NotFoundError where the lead is not theirs to see, InvalidError without a
    phone or a line, and as `send_template`. Where they have a conversation on that line already, it is used."""
    lead = get_lead(user, lead_id)
    line = line_to_begin_on(user)
    if line is None or not lead.phone:
        raise InvalidError(
            _("This lead has no phone number.") if line else _("There is no WhatsApp line yet.")
        )
    conversation = open_conversation(line, lead.phone)
    if conversation.lead_id is None:
        conversation.lead = lead
        conversation.save(update_fields=["lead", "updated_at"])
    return templates.send_template_as_consultant(
        conversation_id=conversation.pk,
        user=user,
        template=template,
        variables=variables,
        client_id=client_id,
        origin=origin,
    )
