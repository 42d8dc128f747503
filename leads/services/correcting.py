"""A delivery understood anew, after its mapping was mended: the lead it made is put right."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leads.actors import Actor
from leads.claims import hold_identities
from leads.cleaning import clean_tree
from leads.identity import identities_of
from leads.models import Delivery, Lead, LeadEvent, LeadIdentity
from leads.payload import LeadPayload
from leads.services import writes
from leads.services.editing import write_facts
from leads.services.intake import Received, receive_lead

CONTACTS = {"phone": None, "email": "", "whatsapp_id": ""}
CORRECTABLE = ("name", "phone", "email", "language", "city", "product", "message", "value", "creator")


@transaction.atomic
def correct_lead(*, delivery: Delivery, payload: LeadPayload, actor: Actor) -> Received | None:
    """Replace what the delivery had put on its lead by what it says now; what people edited since stays.

    Where the new contact is somebody else's, the lead it made stays as it is and theirs is enriched. Of several
    people each is told by a contact or a name that stays. None where nobody is, or the delivery made no lead: then
    it is received like any other.
    """
    if len(delivery.understood) > 1:
        return _mend_one_of_several(delivery, payload, actor)
    lead = _lead_of(delivery)
    if lead is None or len(delivery.understood) != 1 or not identities_of(payload):
        return None
    if other := _who_else_has(lead, payload):
        return _refer(delivery, lead, other, payload, actor) if made_one_of([lead.pk], delivery) else None
    return _mend(lead, delivery.understood[0], payload, actor)


def _mend_one_of_several(delivery: Delivery, payload: LeadPayload, actor: Actor) -> Received | None:
    before = _before(delivery, payload)
    if before is None:
        return None
    contacts: dict[str, Any] = {name: before.get(name) or empty for name, empty in CONTACTS.items()}
    keys = [one.key for one in identities_of(replace(payload, **contacts))]
    known = set(LeadIdentity.objects.filter(key__in=keys).values_list("lead_id", flat=True))
    hold_identities(known)
    leads = list(delivery.leads.select_for_update().filter(pk__in=known).order_by("pk"))
    if len(known) != 1 or not leads or _who_else_has(leads[0], payload):
        return None
    return _mend(leads[0], before, payload, actor)


def _before(delivery: Delivery, payload: LeadPayload) -> dict[str, Any] | None:
    """What was understood of the same person: by a contact that stays, else by the name."""
    told = [one for one in delivery.understood if _contacts_of(one) & _contacts_of(vars(payload))]
    told = told or [one for one in delivery.understood if payload.name and one.get("name") == payload.name]
    return told[0] if len(told) == 1 and identities_of(payload) else None


def _contacts_of(facts: Mapping[str, Any]) -> set[str]:
    return {str(facts[name]) for name in CONTACTS if facts.get(name)}


def made_one_of(lead_ids: Iterable[UUID], delivery: Delivery) -> bool:
    """Whether one of them came into being by the delivery, as the first line of its timeline says."""
    births = LeadEvent.objects.filter(lead__in=lead_ids, kind=LeadEvent.Kind.RECEIVED)
    return births.filter(data__delivery=str(delivery.pk)).exists()


def _lead_of(delivery: Delivery) -> Lead | None:
    """Held. The only one it speaks of; of two, after the contact of another was found in it, the one it made."""
    # Three are enough to see that it is neither
    hold_identities(delivery.leads.values_list("pk", flat=True)[:3])
    leads = list(delivery.leads.select_for_update().order_by("pk")[:3])
    if len(leads) == 2:
        leads = [lead for lead in leads if made_one_of([lead.pk], delivery)]
    return leads[0] if len(leads) == 1 else None


def _refer(delivery: Delivery, lead: Lead, other: UUID, payload: LeadPayload, actor: Actor) -> Received:
    """The contact is of `other`: they get what came, once, and both timelines name the other lead."""
    if delivery.leads.filter(pk=other).exists():
        return Received(Lead.objects.get(pk=other), is_new=False, is_anothers=True)
    # By its id the submission is known already, as that of the lead it made
    nameless = replace(payload, external_id="")
    received = receive_lead(payload=nameless, source=delivery.source, actor=actor, assign=False)
    for one, counterpart in ((lead, received.lead), (received.lead, lead)):
        text = _("A request was understood anew: its contact is also that of %(lead)s. Merge the two.")
        writes.record(one, LeadEvent.Kind.NOTE, actor, text=text % {"lead": counterpart})
        writes.changed(one, [], action="note_added", actor=actor)
    return received._replace(is_anothers=True)


def _mend(lead: Lead, before: dict[str, Any], payload: LeadPayload, actor: Actor) -> Received:
    changes = {
        name: getattr(payload, name)
        for name in CORRECTABLE
        if _as_text(getattr(lead, name)) == _as_text(before.get(name))
        and (getattr(payload, name) or before.get(name))
    }
    lead.extra = clean_tree(payload.extra) | {
        path: value for path, value in lead.extra.items() if path not in before.get("extra", {})
    }
    lead.attribution = lead.attribution | clean_tree(payload.attribution)
    Lead.objects.filter(pk=lead.pk).update(extra=lead.extra, attribution=lead.attribution)
    write_facts(lead, changes, actor)
    return Received(lead, is_new=False)


def _who_else_has(lead: Lead, payload: LeadPayload) -> UUID | None:
    keys = [one.key for one in identities_of(payload)]
    others = LeadIdentity.objects.filter(key__in=keys).exclude(lead=lead)
    return others.values_list("lead_id", flat=True).first()


def _as_text(value: object) -> str:
    return "" if value is None else str(value)
