"""A person or their program adds a lead, instead of a form somewhere."""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from leads.actors import person
from leads.errors import InvalidError, NotAllowedError
from leads.models import Assignment, Consultant, Source, Status, User
from leads.payload import LeadPayload
from leads.services.assigning import assign_lead
from leads.services.board import move_to
from leads.services.intake import Received, receive_lead

API_SOURCE = "api"


@transaction.atomic
def add_lead(
    *,
    user: User,
    payload: LeadPayload,
    source_slug: str = "",
    idempotency_key: str = "",
    status: str = "",
    consultant_id: int | None = None,
    origin: str = "",
) -> Received:
    """Receive a lead by hand. A consultant keeps what they bring; a manager may name anybody.

    The same `idempotency_key` of the same user gives the same lead. `status` and `consultant_id` are
    for new leads: somebody who is known stays where they are.
    """
    actor = person(user, origin)
    keeper = _keeper(user, consultant_id)
    key = f"{user.pk}:{idempotency_key}" if idempotency_key else ""
    received = receive_lead(
        payload=replace(payload, external_id=key),
        source=_source(source_slug),
        actor=actor,
        assign=keeper is None,
    )
    if received.is_new and keeper:
        assign_lead(lead=received.lead, actor=actor, trigger=Assignment.Trigger.MANUAL, to=keeper)
    if received.is_new and status and status != received.lead.status_id:
        move_to(received.lead, _status(status), actor)
    return received


def _keeper(user: User, consultant_id: int | None) -> Consultant | None:
    if consultant_id not in (None, user.pk) and not user.is_manager:
        raise NotAllowedError(_("Only managers assign leads."))
    if consultant_id is None and user.is_manager:
        return None
    return Consultant.objects.select_related("user").filter(pk=consultant_id or user.pk).first()


def _source(slug: str) -> Source:
    """The named source, else that of the API; it takes no webhooks."""
    if slug and slug != API_SOURCE:
        source = Source.objects.filter(slug=slug).first()
        if source is None:
            raise InvalidError(fields={"source": [_("There is no such source.")]})
        return source
    return Source.objects.get_or_create(slug=API_SOURCE, defaults={"name": "API", "is_active": False})[0]


def _status(slug: str) -> Status:
    status = Status.objects.filter(pk=slug).first()
    if status is None:
        raise InvalidError(fields={"status": [_("There is no such status.")]})
    return status
