"""Giving leads to consultants, each time with a ledger row that says why."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leads import clock, mishaps, prepared
from leads.actors import SYSTEM, Actor, person
from leads.assignment import Pick, hold_capacity, pick_consultant, pick_for
from leads.decision_words import facts_of_pick
from leads.errors import InvalidError, NotAllowedError
from leads.models import Assignment, Consultant, Lead, LeadEvent, User
from leads.models.rules import DEFAULT_ALERT_MINUTES
from leads.reasons import explain
from leads.returns import stay_with_owner
from leads.rules import active_rules, circles_for
from leads.services import writes
from leads.services.access import get_lead
from leads.working_time import due_after

logger = logging.getLogger(__name__)
# Given in one pass; a full batch wakes the task anew, so
# that a long queue keeps no worker from its other work
QUEUE_BATCH = 50
PLACE = [
    *("consultant", "assigned_at", "awaits_consultant_since", "needs_manager"),
    *("reply_due_at", "reminded_at", "alert_at"),
]
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
    may_keep = may_keep and returned is None
    pick = returned or pick_consultant(lead)
    return decide(lead, pick, actor=actor, trigger=trigger, may_keep=may_keep)


def decide(lead: Lead, pick: Pick, *, actor: Actor, trigger: str, may_keep: bool = True) -> Assignment:
    """Write what was picked: the ledger's row, the timeline, the lead. The caller holds the lead's row."""
    previous = lead.consultant_id
    assignment = Assignment(
        lead=lead,
        consultant_id=pick.consultant_id,
        previous_consultant_id=previous if previous != pick.consultant_id else None,
        rule=pick.rule,
        outcome=pick.outcome,
        trigger=trigger,
        reason=explain(pick, actor, trigger, awaits_reply=not _is_silent(lead, pick)),
        pointer_before=pick.pointer_before,
        pointer_after=pick.pointer_after,
        open_leads=pick.open_leads,
        passed_over=list(pick.passed_over),
        estimated_response_seconds=pick.estimated_response_seconds,
        user=actor.user,
        notice=_notice(pick, trigger),
    )
    if pick.is_settled or not previous or not may_keep:
        _put(lead, pick, actor, assignment)
    else:
        # A turn that found nobody takes the lead from nobody; the ledger says all the same that it was asked
        prepared.insert(assignment)
    return assignment


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


def _notice(pick: Pick, trigger: str) -> str:
    """Whoever took a lead knows; those who may take one are told."""
    is_given = pick.consultant_id is not None and trigger != Assignment.Trigger.TAKEN
    is_news = is_given or pick.outcome == Outcome.POOLED
    return Assignment.Notice.PENDING if is_news else Assignment.Notice.NONE


def _put(lead: Lead, pick: Pick, actor: Actor, assignment: Assignment) -> None:
    """Put the lead where the decision says and write both down; due times of the place it leaves are over.

    One statement, because whoever waits for the rule's row waits for it too.
    """
    # Read before the place is set: who loses sight of the lead must be named in the announcement
    previous, former_pool = lead.consultant, lead.pool_id
    _set_place(lead, pick)
    event = writes.event_of(
        lead,
        LeadEvent.Kind.ASSIGNED,
        actor,
        trigger=assignment.trigger,
        consultant_id=pick.consultant_id,
        previous=str(previous) if previous else "",
        **facts_of_pick(pick),
        **({"no_reply_awaited": True} if _is_silent(lead, pick) else {}),
    )
    writes.changed(
        lead,
        [*PLACE, "pool"] if lead.pool_id != former_pool else PLACE,
        action="assigned" if pick.consultant_id else "unassigned",
        actor=actor,
        lost_by=[previous.pk] if previous and previous.pk != pick.consultant_id else [],
        new=[assignment, event],
    )


def _set_place(lead: Lead, pick: Pick) -> None:
    was_for_managers = lead.needs_manager
    lead.consultant_id = pick.consultant_id
    lead.pool = pick.rule if pick.outcome == Outcome.POOLED else None
    lead.needs_manager = pick.outcome == Outcome.ESCALATED
    _set_times(lead, pick, clock.now(), begins_to_wait=was_for_managers)


def _is_silent(lead: Lead, pick: Pick) -> bool:
    """The rule would await a first reply, but the client asked for no messages: it could not be sent."""
    is_timed = pick.rule is not None and pick.rule.reply_minutes is not None
    return is_timed and pick.consultant_id is not None and lead.opted_out_at is not None


def _set_times(lead: Lead, pick: Pick, now: datetime, *, begins_to_wait: bool) -> None:
    """When the lead was given, how long it waits for a consultant, when a reply and an alert are due.

    `begins_to_wait`: managers had it to decide, so they heard nothing of the wait that begins now.
    """
    lead.reply_due_at, lead.reminded_at = None if _is_silent(lead, pick) else _reply_due_at(pick, now), None
    if pick.consultant_id:
        lead.assigned_at = (lead.assigned_at or now) if pick.outcome == Outcome.KEPT else now
        lead.awaits_consultant_since = lead.alert_at = None
        return
    lead.assigned_at = None
    # Asked for in vain once more, the lead keeps its place in the queue, and managers are not told again
    if lead.awaits_consultant_since is None or begins_to_wait:
        lead.awaits_consultant_since = lead.awaits_consultant_since or now
        lead.alert_at = _alert_at(pick, now)


def _reply_due_at(pick: Pick, now: datetime) -> datetime | None:
    if pick.consultant_id is None or pick.rule is None or pick.rule.reply_minutes is None:
        return None
    return due_after(Consultant.objects.get(pk=pick.consultant_id), now, pick.rule.reply_minutes)


def _alert_at(pick: Pick, now: datetime) -> datetime | None:
    """Managers who are told to decide at once need no alert later."""
    minutes = pick.rule.alert_minutes if pick.rule else DEFAULT_ALERT_MINUTES
    if minutes is None or pick.outcome == Outcome.ESCALATED:
        return None
    return now + timedelta(minutes=minutes)


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
