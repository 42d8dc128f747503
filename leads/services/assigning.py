"""Giving leads to consultants, each time with a ledger row that says why."""

import logging
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leads import mishaps
from leads.actors import SYSTEM, Actor, person
from leads.assignment import Pick, hold_capacity, pick_consultant, pick_for
from leads.errors import InvalidError, NotAllowedError
from leads.models import Assignment, Consultant, Lead, User
from leads.returns import stay_with_owner
from leads.rules import active_rules, circles_for
from leads.services.access import get_lead
from leads.services.deciding import decide
from leads.services.next_turn import give_to_next

logger = logging.getLogger(__name__)
# Given in one pass; a full batch wakes the task anew, so
# that a long queue keeps no worker from its other work
QUEUE_BATCH = 50
Outcome = Assignment.Outcome


def assign_lead(
    *,
    lead: Lead,
    actor: Actor,
    trigger: str,
    to: Consultant | None = None,
    former: Consultant | None = None,
    may_keep: bool = True,
) -> Assignment:
    """Give `lead` to `to`, or to the next in the circle, or put it into a pool or the unassigned queue.

    Somebody who comes back after their lead was closed stays with the consultant they had, where the rule
    says so; `former` is that consultant where the lead is a new one.

    The caller holds the lead's row in its transaction and has written everything else already: the
    rule's row is locked here, and the sooner the transaction ends the less others wait. Nobody being
    available is an outcome, not an error; a lead that has a consultant keeps them then, unless `may_keep`
    is false, or it came back and they can not go on with it.
    """
    if to:
        return decide(lead, _by_hand(to), actor=actor, trigger=trigger)
    returned = stay_with_owner(lead, trigger, former)
    if returned is None and (given := give_to_next(lead, actor, trigger)):
        return given
    may_keep = may_keep and returned is None
    pick = returned or pick_consultant(lead)
    if trigger == Assignment.Trigger.LEAVING:
        pick = replace(pick, because=f"{lead.consultant} left")
    return decide(lead, pick, actor=actor, trigger=trigger, may_keep=may_keep)


def assign_by_hand(
    *, user: User, lead_id: UUID | str, consultant_id: int | None = None, origin: str = ""
) -> Assignment:
    """A manager gives the lead to somebody, or back to the circle (`consultant_id` None).

    Given to whoever has it, nothing changes: the answer is the decision that stands. Of two managers at
    once the later one decides, and the ledger has both.
    """
    if not user.is_manager:
        raise NotAllowedError(_("Only managers assign leads."))
    with transaction.atomic():
        lead = get_lead(user, lead_id, lock=True)
        to = _active_consultant(consultant_id) if consultant_id is not None else None
        # A second click would be a second decision, and a second notice about one lead
        if to and lead.consultant_id == to.pk and (standing := _standing_decision(lead)):
            return standing
        return assign_lead(lead=lead, actor=person(user, origin), trigger=Assignment.Trigger.MANUAL, to=to)


def _standing_decision(lead: Lead) -> Assignment | None:
    return lead.assignments.filter(consultant=lead.consultant_id).order_by("-pk").first()


def assign_waiting_leads() -> int:
    """Give leads of the unassigned queue to whoever became available. Returns how many found somebody.

    One pass from the front of the queue. A lead whose circles have nobody free is passed over for
    those behind it; a circle that refused once is not asked again in the same pass. Safe in many
    workers at once: each lead is taken by one of them, in a transaction of its own.
    """
    given, rules = 0, active_rules()
    refused: set[int] = set()
    pools = {rule.pk for rule in rules if rule.is_pool}
    waiting = Lead.objects.awaiting_consultant().filter(needs_manager=False)
    # Leads of a pool that was closed or deleted since are in none of these, and are given out again
    for lead in waiting.exclude(pool__in=pools).iterator():
        circles = circles_for(lead, rules)
        if circles <= refused:
            continue
        assignment = _try_to_assign(lead)
        if assignment is not None and assignment.outcome == Outcome.NO_CONSULTANTS:
            refused |= circles
        given += bool(assignment and assignment.outcome != Outcome.NO_CONSULTANTS)
        if given == QUEUE_BATCH or len(refused) == len(rules):
            break
    return given


def _try_to_assign(lead: Lead) -> Assignment | None:
    try:
        return _assign_waiting_lead(lead)
    except Exception as error:  # noqa: BLE001 - whatever ails one lead, those behind it must not wait for it
        logger.error("waiting lead not assigned", extra={"lead": str(lead.pk), **mishaps.facts_of(error)})
        return None


@transaction.atomic
def _assign_waiting_lead(seen: Lead) -> Assignment | None:
    """None when another worker has the lead. Of a refusal nothing is written, the first one is in the ledger."""
    # Still where the pass saw it: a lead that went into a pool meanwhile is left for somebody to take
    waiting = Lead.objects.awaiting_consultant().filter(needs_manager=False, pool=seen.pool_id)
    lead = waiting.select_for_update(skip_locked=True).filter(pk=seen.pk).first()
    if lead is None:
        return None
    assignment = assign_lead(lead=lead, actor=SYSTEM, trigger=Assignment.Trigger.QUEUE)
    if assignment.outcome == Outcome.NO_CONSULTANTS:
        transaction.set_rollback(True)
    return assignment


def _by_hand(consultant: Consultant) -> Pick:
    """A person may give somebody more than their capacity; circles that decide at the same moment notice."""
    if consultant.max_open_leads is not None:
        hold_capacity(consultant.pk)
    return pick_for(consultant)


def _active_consultant(consultant_id: int) -> Consultant:
    consultant = (
        Consultant.objects.select_related("user").filter(pk=consultant_id, user__is_active=True).first()
    )
    if consultant is None:
        raise InvalidError(fields={"consultant": [_("There is no such active consultant.")]})
    return consultant
