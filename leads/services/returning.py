"""Somebody who is known comes again: what is new is put to the lead, nothing of the old is lost."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from leads.actors import Actor
from leads.claims import hand_over_identities
from leads.cleaning import clean_tree
from leads.models import Lead, LeadEvent, ScoringProfile, Source, Status
from leads.payload import LeadPayload
from leads.scoring import Facts, classify
from leads.services import writes
from leads.services.board import move_to

LONGEST_MESSAGE = 20_000
# What stays true of somebody from one purchase to the next.
_OF_THE_PERSON = ("name", "phone", "email", "language", "city")
_TEXTS = {"name": 200, "email": 254, "language": 10, "city": 120, "product": 200, "creator": 120}


def welcome_back(
    lead: Lead, payload: LeadPayload, source: Source | None, actor: Actor, also_known_as: Sequence[UUID] = ()
) -> None:
    """Enrich a lead whose row the caller holds; a closed one is opened again.

    Announces `lead_changed` once more than each of: reopened.
    """
    changed = _fill(lead, payload)
    changed += _reclassify(lead, payload, source)
    if source is not None or actor.kind != LeadEvent.Actor.AGENT:
        writes.record(lead, LeadEvent.Kind.RETURNED, actor, **_touch(payload, source, changed, also_known_as))
    if payload.consent:
        writes.record(lead, LeadEvent.Kind.CONSENT, actor, consent=clean_tree(payload.consent))
    if lead.archived_at is not None:
        lead.archived_at = None
        changed.append("archived_at")
    writes.changed(lead, changed, action="returned", actor=actor)
    if lead.status.kind != Status.Kind.OPEN:
        _reopen(lead, actor)


def leave_for_new_lead(
    lead: Lead, new_id: UUID, payload: LeadPayload, source: Source | None, actor: Actor
) -> LeadPayload:
    """The person of a closed lead, whose row the caller holds, becomes the lead `new_id`: what came, and
    what was known of the person before. The closed lead keeps its history and says where they went.

    Announces `lead_changed`.
    """
    hand_over_identities(lead.pk, new_id)
    touch = _touch(payload, source, changed=[], also_known_as=[])
    writes.record(lead, LeadEvent.Kind.RETURNED, actor, **touch, as_new_lead=str(new_id))
    writes.changed(lead, [], action="returned_as_new_lead", actor=actor)
    known = {name: getattr(payload, name) or getattr(lead, name) for name in _OF_THE_PERSON}
    return replace(payload, **known)


def _fill(lead: Lead, payload: LeadPayload) -> list[str]:
    """Names of the fields that changed. What is known stays; slots alone follow the newest words."""
    changed = []
    given = {name: getattr(payload, name)[:limit] for name, limit in _TEXTS.items()}
    for name, value in {**given, "phone": payload.phone, "value": payload.value}.items():
        if value and not getattr(lead, name):
            setattr(lead, name, value)
            changed.append(name)
    # Forms are sent twice: the same words are not put down again
    if payload.message and payload.message not in lead.message:
        # Cut at the beginning: what they wrote last is what they want now
        lead.message = f"{lead.message}\n\n{payload.message}".strip()[-LONGEST_MESSAGE:]
        changed.append("message")
    for name in ("attribution", "extra"):
        # What is known wins: the campaign that brought somebody first has the credit
        merged = clean_tree(getattr(payload, name)) | getattr(lead, name)
        changed += _set(lead, name, merged)
    return changed + _set(lead, "slots", lead.slots | clean_tree(payload.slots))


def _set(lead: Lead, name: str, value: Any) -> list[str]:
    if getattr(lead, name) == value:
        return []
    setattr(lead, name, value)
    return [name]


def _reclassify(lead: Lead, payload: LeadPayload, source: Source | None) -> list[str]:
    """The rules look again at everything; only a better answer replaces the one that stands."""
    facts = _facts_of(lead, payload, source)
    found = classify(facts, ScoringProfile.objects.order_by("-pk").first() or ScoringProfile())
    is_cleared = lead.is_spam and not found.is_spam
    if not is_cleared and (found.is_spam or found.score <= lead.score):
        return []
    lead.temperature, lead.score, lead.is_spam = found.temperature, found.score, found.is_spam
    lead.classification = found.as_json()
    lead.refinement, lead.refine_attempts = Lead.Refinement.PENDING, 0
    return ["temperature", "score", "is_spam", "classification", "refinement", "refine_attempts"]


def _facts_of(lead: Lead, payload: LeadPayload, source: Source | None) -> Facts:
    origin = lead.source or source
    return Facts(
        name=lead.name,
        phone=lead.phone,
        email=lead.email,
        whatsapp_id=payload.whatsapp_id,
        # The words that made it spam would speak against whatever comes after them
        message=lead.message if not lead.is_spam else payload.message,
        value=lead.value,
        product=lead.product,
        city=lead.city,
        language=lead.language,
        slots=lead.slots,
        source_weight=origin.weight if origin else 0,
        is_test=payload.is_test,
    )


def _touch(
    payload: LeadPayload, source: Source | None, changed: list[str], also_known_as: Sequence[UUID]
) -> dict[str, Any]:
    """What came this time, whole: the lead itself keeps the first of each."""
    return {
        "source": source.name if source else "",
        "message": payload.message,
        "attribution": clean_tree(payload.attribution),
        "extra": clean_tree(payload.extra),
        "phone": payload.phone or "",
        "email": payload.email,
        "filled": changed,
        "also_known_as": [str(lead_id) for lead_id in also_known_as],
    }


def _reopen(lead: Lead, actor: Actor) -> None:
    first = Status.objects.filter(kind=Status.Kind.OPEN).first()
    if first is not None:
        move_to(lead, first, actor)
