"""Somebody whose lead was closed comes back: to the consultant who had them, where the rule says so."""

from dataclasses import replace

from leads import clock
from leads.assignment import Pick, hold_capacity, pick_consultant, pick_for
from leads.models import Assignment, Consultant, Lead
from leads.rules import rules_for

# Leads that have a consultant when one of these decides are those that came back.
ARRIVALS = (Assignment.Trigger.ARRIVAL, Assignment.Trigger.HANDOFF)


def stay_with_owner(
    lead: Lead, trigger: str, former: Consultant | None = None, *, is_dry_run: bool = False
) -> Pick | None:
    """The decision about somebody whom a consultant had, to be put into effect whatever it is: nobody keeps
    a person they cannot go on with. None where no consultant had them, or they could and a circle decides.

    `former`: of the closed lead that this one follows. Hours do not count: who knows the person may
    answer tomorrow. An absence, the switch and the capacity do; then the circle decides, and says so. A dry
    run locks and moves nothing.
    """
    owner = former or lead.consultant
    if owner is None or trigger not in ARRIVALS:
        return None
    # The first rule alone is asked whether people return: it is the one that would decide
    rule, obstacle = next(iter(rules_for(lead)), None), _obstacle(owner, lead, is_dry_run)
    returns = rule is None or rule.returns_to_owner
    if not obstacle:
        return pick_for(owner, rule=rule, outcome=Assignment.Outcome.KEPT) if returns else None
    pick = pick_consultant(lead, is_dry_run=is_dry_run)
    had = {"consultant": str(owner), "why": obstacle, "had_before": True}
    return replace(pick, passed_over=(had, *pick.passed_over)) if returns else pick


def preview(lead: Lead) -> Pick:
    """Who would get the lead now, or on coming back where it is closed. Nothing is locked or moved."""
    returned = stay_with_owner(lead, Assignment.Trigger.ARRIVAL, is_dry_run=True) if lead.closed_at else None
    return returned or pick_consultant(lead, is_dry_run=True)


def _obstacle(owner: Consultant, lead: Lead, is_dry_run: bool) -> str:
    """Why they cannot go on with the person; '' where they can."""
    now = clock.now()
    if not owner.user.is_active:
        return "inactive"
    if not owner.is_accepting_leads:
        return "not_accepting"
    if owner.absences.filter(starts_at__lte=now, ends_at__gt=now).exists():
        return "absent"
    if owner.max_open_leads is None:
        return ""
    # Before the leads are counted: of two decisions at once, the second would count without the first's
    if not is_dry_run:
        hold_capacity(owner.pk)
    return "full" if _is_full(owner, owner.max_open_leads, lead) else ""


def _is_full(owner: Consultant, limit: int, lead: Lead) -> bool:
    """The lead itself may be theirs and open again already; it does not count."""
    return Lead.objects.open().filter(consultant=owner).exclude(pk=lead.pk).count() >= limit
