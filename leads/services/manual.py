"""A person or their program adds a lead, instead of a form somewhere."""

import json
from dataclasses import asdict
from hashlib import sha256
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from leads.actors import person
from leads.claims import claim_submission, repoint_submission
from leads.cleaning import fitted
from leads.errors import InvalidError, NotAllowedError
from leads.models import Assignment, Consultant, Lead, SeenSubmission, Source, Status, User
from leads.payload import LeadPayload
from leads.services.assigning import assign_lead
from leads.services.board import move_to
from leads.services.intake import Received, receive_lead

# What is not configured by anybody; a manager may call it otherwise. In English, and said again to each reader
NAMES = {Source.BY_API: "API", Source.BY_HAND: gettext_noop("By hand")}
LONGEST_KEY = 150


# 422, as the IETF's draft on the Idempotency-Key header has it
class KeyReusedError(InvalidError):
    code = "idempotency_key_reused"
    detail = gettext_lazy("This Idempotency-Key was used before, for another request. Use a new one.")


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

    The same `idempotency_key` of the same user gives the same lead; KeyReusedError where something else
    is asked with it. `status` and `consultant_id` are for new leads: somebody who is known stays where
    they are. `source_slug`: the API's own unless told, `manual` for what a person typed, `whatsapp` for
    whoever wrote to us.
    """
    key = f"{user.pk}:{fitted(idempotency_key, LONGEST_KEY)}" if idempotency_key else ""
    asked = json.dumps([asdict(payload), source_slug, status, consultant_id], sort_keys=True, default=str)
    if key and (lead := _made_before(key, asked)):
        return Received(lead, is_new=False, is_repeat=True)
    actor = person(user, origin)
    keeper, source = _keeper(user, consultant_id), _source(source_slug)
    received = receive_lead(payload=payload, source=source, actor=actor, assign=keeper is None)
    if key:
        repoint_submission(_own_source(Source.BY_API).pk, key, received.lead.pk)
    # Somebody who is known keeps their consultant, whoever adds them again
    if received.is_new and keeper:
        assign_lead(lead=received.lead, actor=actor, trigger=Assignment.Trigger.MANUAL, to=keeper)
    if received.is_new and status and status != received.lead.status_id:
        move_to(received.lead, _status(status), actor)
    return received


def _made_before(key: str, asked: str) -> Lead | None:
    """The lead of an earlier request with this key; KeyReusedError where that one asked for something else.

    Whatever source the lead is said to come from, its key is kept at the API's own, and claimed before
    anything else: of two requests at once, the second waits here and holds nothing meanwhile.
    """
    keeper, nobodys, fingerprint = (
        _own_source(Source.BY_API),
        uuid4(),
        sha256(asked.encode("utf-8", "replace")).hexdigest(),
    )
    owner = claim_submission(keeper.pk, key, nobodys)
    seen = SeenSubmission.objects.filter(source=keeper, key=key)
    if owner == nobodys:
        seen.update(fingerprint=fingerprint)
        return None
    if seen.exclude(fingerprint__in=["", fingerprint]).exists():
        raise KeyReusedError
    return Lead.objects.get(pk=owner)


def _keeper(user: User, consultant_id: int | None) -> Consultant | None:
    if consultant_id not in (None, user.pk) and not user.is_manager:
        raise NotAllowedError(_("Only managers assign leads."))
    if consultant_id is None and user.is_manager:
        return None
    return Consultant.objects.select_related("user").filter(pk=consultant_id or user.pk).first()


def _source(slug: str) -> Source | None:
    """The named source, else that of the API; None: by WhatsApp."""
    source = Source.objects.filter(slug=slug).first() if slug else None
    if source or slug == Source.WHATSAPP:
        return source
    if slug and slug not in NAMES:
        raise InvalidError(fields={"source": [_("There is no such source.")]})
    return _own_source(slug or Source.BY_API)


def _own_source(slug: str) -> Source:
    """It takes no webhooks."""
    facts = {"name": NAMES[slug], "is_active": False}
    return Source.objects.get_or_create(slug=slug, defaults=facts)[0]


def _status(slug: str) -> Status:
    status = Status.objects.filter(pk=slug).first()
    if status is None:
        raise InvalidError(fields={"status": [_("There is no such status.")]})
    return status
