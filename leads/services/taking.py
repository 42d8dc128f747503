"""Pools: leads that wait for whoever of a circle takes them first.

Taking is an act of somebody who is there, so their hours and absences do not stand in its way; their
switch and their capacity do.
"""

from typing import NoReturn
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.actors import person
from leads.assignment import hold_capacity, pick_for
from leads.errors import ConflictError, NotAllowedError, NotFoundError
from leads.models import Assignment, AssignmentRule, Consultant, Lead, RuleMember, User
from leads.services.deciding import decide


class TakenError(ConflictError):
    """A colleague was faster, or the lead has left the pool."""

    code = "taken"


class NotTakingError(ConflictError):
    """The consultant may have no more leads now."""

    code = "not_taking"


@transaction.atomic
def take_lead(*, user: User, lead_id: UUID | str, origin: str = "") -> Assignment:
    """Give a lead of a pool to the consultant who asks first; asking again gives the same decision.

    NotFoundError for whoever is not of the pool's circle, TakenError for whoever came too late,
    NotTakingError where their switch is off or their hands are full.
    """
    lead = Lead.objects.select_for_update().filter(pk=lead_id).first()
    if lead is None:
        raise NotFoundError
    # A second click, or a request sent again: the same answer, not "somebody was faster"
    if lead.consultant_id == user.pk and (mine := lead.assignments.filter(consultant=user.pk).first()):
        return mine
    rule = _pool_of(lead, user)
    consultant = _ready_consultant(user)
    _count_on_seat(rule, consultant)
    return decide(
        lead, pick_for(consultant, rule=rule), actor=person(user, origin), trigger=Assignment.Trigger.TAKEN
    )


def _pool_of(lead: Lead, user: User) -> AssignmentRule:
    """The pool's rule, its row locked: like every decision of the rule, this one is counted there."""
    # Also of a lead that has just been taken: whoever comes
    # too late is told so, not that there is no such lead
    rule_id = lead.pool_id or _last_pool_of(lead)
    # First of all: who is not of the circle learns nothing, not even who has the lead
    if not RuleMember.objects.filter(rule=rule_id, consultant=user.pk).exists():
        if user.is_manager:
            raise NotAllowedError(
                _("Only consultants of the pool take leads from it. Assign the lead instead.")
            )
        raise NotFoundError(_("There is no such lead in your pools."))
    if lead.pool_id is None:
        _say_taken(lead)
    rule = AssignmentRule.objects.select_for_update(no_key=True).filter(pk=rule_id or 0).first()
    if rule is None or not rule.is_pool or lead.archived_at or lead.closed_at:
        raise TakenError(_("This lead is no longer in the pool."))
    return rule


def _last_pool_of(lead: Lead) -> int | None:
    pooled = lead.assignments.filter(outcome=Assignment.Outcome.POOLED)
    return pooled.values_list("rule", flat=True).first()


def _say_taken(lead: Lead) -> NoReturn:
    if lead.consultant is None:
        raise TakenError(_("This lead is no longer in the pool."))
    raise TakenError(_("%(name)s was faster and has this lead.") % {"name": lead.consultant})


def _ready_consultant(user: User) -> Consultant:
    """The consultant, their row held: what is decided about their capacity meanwhile waits or looks again."""
    # Held, then read and counted: the other way round, all three could be of before another decision
    hold_capacity(user.pk)
    consultant = Consultant.objects.get(pk=user.pk)
    if not consultant.is_accepting_leads:
        raise NotTakingError(_("You are not accepting leads. Switch that on to take one."))
    limit = consultant.max_open_leads
    if limit is not None and Lead.objects.open().filter(consultant=consultant).count() >= limit:
        text = ngettext(
            "You may have %(count)d open lead, and you have it. Close it first.",
            "You may have %(count)d open leads, and you have them. Close one first.",
            limit,
        )
        raise NotTakingError(text % {"count": limit})
    return consultant


def _count_on_seat(rule: AssignmentRule, consultant: Consultant) -> None:
    AssignmentRule.objects.filter(pk=rule.pk).update(decisions=F("decisions") + 1)
    RuleMember.objects.filter(rule=rule, consultant=consultant).update(leads_given=F("leads_given") + 1)
