"""The one door by which a person becomes a lead, whatever way they came."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from leads.actors import Actor
from leads.claims import claim_identities, claim_submission, repoint_submission
from leads.cleaning import clean_tree
from leads.errors import InvalidError
from leads.identity import Identity, identities_of
from leads.models import Assignment, Consultant, Lead, LeadEvent, ScoringProfile, Source, Status, User
from leads.on_commit import announce
from leads.payload import LeadPayload
from leads.scoring import Classification, Facts, classify
from leads.services.assigning import assign_lead
from leads.services.returning import leave_for_new_lead, welcome_back
from leads.signals import lead_received


class Received(NamedTuple):
    """`is_new`: a lead came into being. `is_repeat`: the very submission had been received before.

    `is_owed`: the lead is due to be assigned, to `former` where that is somebody, and was not because
    the caller asked so. `is_anothers`: the delivery made another lead than the one whose contact it gives.
    """

    lead: Lead
    is_new: bool
    is_repeat: bool = False
    is_owed: bool = False
    former: Consultant | None = None
    is_anothers: bool = False


class _Arrival(NamedTuple):
    """What `receive_lead` was asked; `new_id` is the lead's, should the person be new."""

    new_id: UUID
    payload: LeadPayload
    source: Source | None
    actor: Actor
    assign: bool
    trigger: str
    returning: str
    delivery_id: UUID | None = None


class NoContactError(InvalidError):
    code = "no_contact"


class NoStatusError(InvalidError):
    """There is no column for a lead to stand in. It passes as soon as a manager makes one."""

    code = "no_status"


def receive_lead(
    *,
    payload: LeadPayload,
    source: Source | None,
    actor: Actor,
    assign: bool = True,
    trigger: str = Assignment.Trigger.ARRIVAL,
    returning: str = "",
    delivery_id: UUID | None = None,
) -> Received:
    """Make a lead of a person nobody knew; put what came to the lead of one who is known.

    `returning`: what becomes of a closed lead's person, won, lost or archived; '' as the source says, else
    opened again. `delivery_id`: the request that it came by, which the new lead's timeline names.

    Classified by the rules before it is stored, assigned in the same transaction. Safe for any number
    of submissions of one person at the same instant. NoContactError without phone, e-mail and WhatsApp
    id. Announces `lead_received` or `lead_changed`.
    """
    identities = identities_of(payload)
    if not identities:
        raise NoContactError(_("No phone, e-mail or WhatsApp id was found in what came."))
    # Nothing below is caught in between, so no savepoint is paid for.
    with transaction.atomic(savepoint=False):
        returning = returning or (source.returning if source else Source.Returning.REOPEN)
        arrival = _Arrival(uuid4(), payload, source, actor, assign, trigger, returning, delivery_id)
        # Locks in one order for everybody: the submission, the identities, the lead, at last the rule.
        # Taken in another order anywhere, two deliveries of one person could wait for each other.
        return _known_submission(arrival) or _known_person(arrival, identities) or _new_person(arrival)


def _known_submission(arrival: _Arrival) -> Received | None:
    # Two senders may both count from 1, so an id means something within its source alone
    if not (arrival.source and arrival.payload.external_id):
        return None
    owner = claim_submission(arrival.source.pk, arrival.payload.external_id, arrival.new_id)
    if owner == arrival.new_id:
        return None
    return Received(Lead.objects.get(pk=owner), is_new=False, is_repeat=True)


def _known_person(arrival: _Arrival, identities: list[Identity]) -> Received | None:
    owner, others = claim_identities(identities, arrival.new_id)
    if owner == arrival.new_id:
        return None
    # Nothing is joined to a row that is locked: see `services.access`
    lead = Lead.objects.select_for_update().get(pk=owner)
    was_closed = lead.archived_at is not None or lead.status.kind != Status.Kind.OPEN
    if was_closed and arrival.returning == Source.Returning.NEW_LEAD:
        return _person_anew(arrival, lead)
    # The claim named a lead-to-be that never comes now: its foreign key would fail at the commit
    if arrival.source and arrival.payload.external_id:
        repoint_submission(arrival.source.pk, arrival.payload.external_id, owner)
    welcome_back(lead, arrival.payload, arrival.source, arrival.actor, also_known_as=others)
    # `was_closed` is of before the welcome, which opens the lead again
    is_owed = _is_nobodys(lead) or was_closed
    return Received(lead, is_new=False, is_owed=is_owed and _give(lead, arrival))


def _person_anew(arrival: _Arrival, closed: Lead) -> Received:
    """Somebody whose lead was closed begins again, with the consultant they had where the rule says so."""
    payload = leave_for_new_lead(closed, arrival.new_id, arrival.payload, arrival.source, arrival.actor)
    lead = _create_lead(arrival, payload, formerly=closed.pk)
    former = closed.consultant
    return Received(lead, is_new=True, is_owed=_give(lead, arrival, former), former=former)


def _new_person(arrival: _Arrival) -> Received:
    lead = _create_lead(arrival, arrival.payload)
    return Received(lead, is_new=True, is_owed=_give(lead, arrival))


def first_status() -> Status:
    """Where new leads stand: the first open column."""
    # Columns are the office's own: none of them can be relied on by its name
    status = Status.objects.filter(kind=Status.Kind.OPEN).first()
    if status is None:
        raise NoStatusError(_("There is no open status: add one in the admin."))
    return status


def scoring_profile() -> ScoringProfile:
    return ScoringProfile.objects.order_by("-pk").first() or ScoringProfile()


def _create_lead(arrival: _Arrival, payload: LeadPayload, formerly: UUID | None = None) -> Lead:
    source, actor = arrival.source, arrival.actor
    classification = classify(facts_of(payload, source), scoring_profile())
    lead = Lead.objects.create(
        id=arrival.new_id,
        name=payload.name[:200],
        phone=payload.phone,
        email=payload.email[:254],
        language=classification.language[:10],
        city=payload.city[:120],
        product=payload.product[:200],
        message=payload.message,
        value=payload.value,
        source=source,
        creator=payload.creator[:120],
        attribution=clean_tree(payload.attribution),
        extra=clean_tree(payload.extra),
        slots=clean_tree(payload.slots),
        status=first_status(),
        temperature=classification.temperature,
        score=classification.score,
        classification=classification.as_json(),
        is_spam=classification.is_spam,
    )
    LeadEvent.objects.bulk_create(_first_events(lead, payload, classification, arrival, formerly))
    announce(lead_received, lead_id=str(lead.pk), origin=actor.origin, actor=actor.as_facts())
    return lead


def _first_events(
    lead: Lead, payload: LeadPayload, classification: Classification, arrival: _Arrival, formerly: UUID | None
) -> Iterable[LeadEvent]:
    actor = arrival.actor

    def event(kind: str, **data: Any) -> LeadEvent:
        return LeadEvent(lead=lead, kind=kind, actor_kind=actor.kind, user=actor.user, data=data)

    came = {"formerly": formerly, "delivery": arrival.delivery_id, "message": payload.message}
    yield event(
        LeadEvent.Kind.RECEIVED,
        source=lead.source.name if lead.source else "",
        **{name: str(value) for name, value in came.items() if value},
    )
    yield event(
        LeadEvent.Kind.CLASSIFIED,
        source=classification.source,
        temperature=classification.temperature,
        score=classification.score,
        reasons=classification.reasons,
    )
    if payload.consent:
        yield event(LeadEvent.Kind.CONSENT, consent=clean_tree(payload.consent))


def _give(lead: Lead, arrival: _Arrival, former: Consultant | None = None) -> bool:
    """Last in the transaction, for it queues on the row of the assignment rule. Returns what is left to do."""
    # Spam is kept and marked, but takes nobody's turn in a circle
    if arrival.assign and not lead.is_spam:
        assign_lead(lead=lead, actor=arrival.actor, trigger=arrival.trigger, former=former)
    return not arrival.assign and not lead.is_spam


def _is_nobodys(lead: Lead) -> bool:
    """A lead that waits in a pool is looked after: whoever takes it has it. Whoever was deactivated has none."""
    if lead.consultant_id is not None:
        return User.objects.filter(pk=lead.consultant_id, is_active=False).exists()
    return lead.pool_id is None or lead.awaits_consultant_since is None


def facts_of(payload: LeadPayload, source: Source | None) -> Facts:
    return Facts(
        name=payload.name,
        phone=payload.phone,
        email=payload.email,
        whatsapp_id=payload.whatsapp_id,
        message=payload.message,
        value=payload.value,
        product=payload.product,
        city=payload.city,
        language=payload.language,
        slots=payload.slots,
        source_weight=source.weight if source else 0,
        is_test=payload.is_test,
    )
