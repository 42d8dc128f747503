"""Somebody whose lead was closed comes back: to the consultant who had them, where the rule says so."""

from dataclasses import replace

from leads import clock
from leads.assignment import Pick, hold_capacity, pick_consultant, pick_for
from leads.models import Assignment, Consultant, Lead
from leads.reasons import OBSTACLES
from leads.rules import rules_for

# Leads that have a consultant when one of these decides are those that came back.
ARRIVALS = (Assignment.Trigger.ARRIVAL, Assignment.Trigger.HANDOFF)


def stay_with_owner(lead: Lead, trigger: str, former: Consultant | None = None) -> Pick | None:
    """The decision about somebody whom a consultant had, to be put into effect whatever it is: nobody keeps
    a person they cannot go on with. None where no consultant had them, or they could and a circle decides.

    `former`: of the closed lead that this one follows. Hours do not count: who knows the person may
    answer tomorrow. An absence, the switch and the capacity do; then the circle decides, and says so.
    """
    owner = former or lead.consultant
    if owner is None or trigger not in ARRIVALS:
        return None
    rule, obstacle = next(iter(rules_for(lead)), None), _obstacle(owner, lead)
    returns = rule is None or rule.returns_to_owner
    if not obstacle:
        return pick_for(owner, rule=rule, outcome=Assignment.Outcome.KEPT) if returns else None
    because = f"{owner}, who had this person before, {OBSTACLES[obstacle]}" if returns else ""
    return replace(pick_consultant(lead), because=because)


def _obstacle(owner: Consultant, lead: Lead) -> str:
    """Why they cannot go on with the person; '' where they can."""
    now = clock.now()
    if not owner.user.is_active:
        return "inactive"
    if not owner.is_accepting_leads:
        return "not_accepting"
    if owner.absences.filter(starts_at__lte=now, ends_at__gt=now).exists():
        return "absent"
    return "full" if owner.max_open_leads is not None and _is_full(owner, owner.max_open_leads, lead) else ""


def _is_full(owner: Consultant, limit: int, lead: Lead) -> bool:
    """The lead itself may be theirs and open again already; it does not count."""
    hold_capacity(owner.pk)
    return Lead.objects.open().filter(consultant=owner).exclude(pk=lead.pk).count() >= limit
