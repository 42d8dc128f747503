"""A delivery understood anew, after its mapping was mended: the lead it made is put right."""

from django.db import transaction

from leads.actors import Actor
from leads.claims import hold_identities
from leads.cleaning import clean_tree
from leads.identity import identities_of
from leads.models import Delivery, Lead, LeadIdentity
from leads.payload import LeadPayload
from leads.services.editing import write_facts
from leads.services.intake import Received

CORRECTABLE = ("name", "phone", "email", "language", "city", "product", "message", "value", "creator")


@transaction.atomic
def correct_lead(*, delivery: Delivery, payload: LeadPayload, actor: Actor) -> Received | None:
    """Replace what the delivery had put on its lead by what it says now; what people edited since stays.

    None where the delivery speaks of several people, made no lead, or the new contact is somebody else's:
    then it is received like any other.
    """
    # Two are enough to see that it is not one
    hold_identities(delivery.leads.values_list("pk", flat=True)[:2])
    leads = list(delivery.leads.select_for_update()[:2])
    if len(leads) != 1 or len(delivery.understood) != 1 or _is_somebody_else(leads[0], payload):
        return None
    lead, before = leads[0], delivery.understood[0]
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


def _is_somebody_else(lead: Lead, payload: LeadPayload) -> bool:
    keys = [one.key for one in identities_of(payload)]
    return not keys or LeadIdentity.objects.filter(key__in=keys).exclude(lead=lead).exists()


def _as_text(value: object) -> str:
    return "" if value is None else str(value)
