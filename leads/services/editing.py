"""Correcting what is known of a lead."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from leads.actors import Actor, person
from leads.claims import take_identities
from leads.errors import ConflictError, InvalidError
from leads.identity import email_identities, email_key, parse_phone, phone_identities, phone_key
from leads.models import Lead, LeadEvent, LeadIdentity, User
from leads.services import writes
from leads.services.access import get_lead

EDITABLE = frozenset({"name", "phone", "email", "city", "product", "message", "value", "language", "creator"})
KEYS = {"phone": phone_key, "email": email_key}


@transaction.atomic
def edit_lead(*, user: User, lead_id: UUID | str, changes: dict[str, Any], origin: str = "") -> Lead:
    """Write the given fields. `changes` holds clean values of EDITABLE fields; others are refused.

    ConflictError when the phone or the e-mail belongs to another lead.
    """
    unknown = sorted(set(changes) - EDITABLE)
    if unknown:
        raise InvalidError(fields={name: [_("This cannot be edited.")] for name in unknown})
    if KEYS.keys() & changes.keys():
        # Only of a lead that they may see, and before its row: intake comes by way of the identities
        changes = _take_contacts(get_lead(user, lead_id), changes)
    lead = get_lead(user, lead_id, lock=True)
    write_facts(lead, changes, person(user, origin))
    return lead


def _take_contacts(lead: Lead, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with a clean phone; what the lead is known by, and will be, is held."""
    if changes.get("phone"):
        changes = changes | {"phone": _clean_phone(lead, changes["phone"])}
    # What is shown already may be another lead's: see `claim_identities`. Whoever leaves it so takes nothing
    new = {name: value for name, value in changes.items() if value and value != getattr(lead, name)}
    wanted = [*phone_identities(new.get("phone")), *email_identities(new.get("email", ""))]
    if anothers := take_identities(lead.pk, wanted):
        raise _conflict(anothers.kind)
    return changes


def write_facts(lead: Lead, changes: dict[str, Any], actor: Actor) -> None:
    """Set facts of a lead whose row the caller holds; identities follow the phone and the e-mail.

    Where one of these changes, the caller has held the identities before the lead's row. A new one that nobody
    took before may wait here for a delivery that waits for this lead: of the two, PostgreSQL ends one.
    """
    if changes.get("phone"):
        changes = changes | {"phone": _clean_phone(lead, changes["phone"])}
    before = {name: getattr(lead, name) for name in changes}
    different = [name for name, value in changes.items() if before[name] != value]
    if not different:
        return
    for name in different:
        setattr(lead, name, changes[name])
    _follow_identities(lead, {name: before[name] for name in different if name in KEYS})
    writes.record(
        lead,
        LeadEvent.Kind.EDITED,
        actor,
        changes={name: [_shown(before[name]), _shown(changes[name])] for name in different},
    )
    writes.changed(lead, different, action="edited", actor=actor)


def _follow_identities(lead: Lead, before: dict[str, Any]) -> None:
    """The former value is forgotten; what else the lead is known by, from a merge or WhatsApp, stays."""
    for kind, former in before.items():
        key, value = KEYS[kind], getattr(lead, kind)
        if former:
            lead.identities.filter(kind=kind, key=key(former)).delete()
        if not value or lead.identities.filter(kind=kind, key=key(value)).exists():
            continue
        try:
            # A savepoint: after a refused INSERT, PostgreSQL takes no other statement of the transaction
            with transaction.atomic():
                LeadIdentity.objects.create(lead=lead, kind=kind, key=key(value), shown=value)
        except IntegrityError:
            raise _conflict(kind) from None


def _conflict(kind: str) -> ConflictError:
    return ConflictError(_("Another lead has this %(what)s.") % {"what": kind})


def _clean_phone(lead: Lead, text: str) -> str:
    phone = parse_phone(text, lead.source.default_country if lead.source else "BR")
    if phone is None:
        raise InvalidError(fields={"phone": [_("This is not a phone number.")]})
    return phone


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
