"""A decision of who has a lead, written down: the ledger's row, the timeline's, and the lead's place."""

from datetime import datetime, timedelta

from leads import clock, prepared
from leads.actors import Actor
from leads.assignment import Pick
from leads.decision_words import facts_of_pick
from leads.models import Assignment, Consultant, Lead, LeadEvent
from leads.models.rules import DEFAULT_ALERT_MINUTES
from leads.reasons import explain
from leads.services import writes
from leads.working_time import due_after

PLACE = [
    *("consultant", "assigned_at", "awaits_consultant_since", "needs_manager"),
    *("reply_due_at", "reminded_at", "alert_at"),
]
Outcome = Assignment.Outcome


def decide(lead: Lead, pick: Pick, *, actor: Actor, trigger: str, may_keep: bool = True) -> Assignment:
    """Write what was picked: the ledger's row, the timeline, the lead. The caller holds the lead's row."""
    previous, assignment = lead.consultant_id, ledger_row(lead, pick, actor, trigger)
    if pick.is_settled or not previous or not may_keep:
        _put(lead, pick, actor, assignment)
    else:
        # A turn that found nobody takes the lead from nobody; the ledger says all the same that it was asked
        prepared.insert(assignment)
    return assignment


def ledger_row(lead: Lead, pick: Pick, actor: Actor, trigger: str) -> Assignment:
    """Yet to be saved. The lead is where it was before the decision."""
    previous = lead.consultant_id
    return Assignment(
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
        notice=_notice(pick, actor),
    )


def timeline_row(
    lead: Lead, pick: Pick, actor: Actor, trigger: str, previous: Consultant | None
) -> LeadEvent:
    """Yet to be saved."""
    return writes.event_of(
        lead,
        LeadEvent.Kind.ASSIGNED,
        actor,
        trigger=trigger,
        consultant_id=pick.consultant_id,
        previous=str(previous) if previous else "",
        **facts_of_pick(pick),
        **({"no_reply_awaited": True} if _is_silent(lead, pick) else {}),
    )


def _notice(pick: Pick, actor: Actor) -> str:
    """Whoever took a lead, or brought it, knows; those who may take one are told."""
    is_their_own = actor.user is not None and actor.user.pk == pick.consultant_id
    is_given = pick.consultant_id is not None and not is_their_own
    is_news = is_given or pick.outcome == Outcome.POOLED
    return Assignment.Notice.PENDING if is_news else Assignment.Notice.NONE


def _put(lead: Lead, pick: Pick, actor: Actor, assignment: Assignment) -> None:
    """Put the lead where the decision says and write both down; due times of the place it leaves are over.

    One statement, because whoever waits for the rule's row waits for it too.
    """
    # Read before the place is set: who loses sight of the lead must be named in the announcement
    previous, former_pool = lead.consultant, lead.pool_id
    set_place(lead, pick, owes_reply=_owes_reply(lead, assignment.trigger))
    event = timeline_row(lead, pick, actor, assignment.trigger, previous)
    writes.changed(
        lead,
        [*PLACE, "pool"] if lead.pool_id != former_pool else PLACE,
        action="assigned" if pick.consultant_id else "unassigned",
        actor=actor,
        lost_by=[previous.pk] if previous and previous.pk != pick.consultant_id else [],
        new=[assignment, event],
    )


def _owes_reply(lead: Lead, trigger: str) -> bool:
    """Whoever takes over from somebody who left owes what was still owed: of hundreds of leads that were answered
    long ago, no first reply is due within minutes."""
    return trigger != Assignment.Trigger.LEAVING or bool(lead.reply_due_at or lead.waiting_since)


def set_place(lead: Lead, pick: Pick, *, owes_reply: bool = True) -> None:
    was_for_managers = lead.needs_manager
    lead.consultant_id = pick.consultant_id
    lead.pool = pick.rule if pick.outcome == Outcome.POOLED else None
    lead.needs_manager = pick.outcome == Outcome.ESCALATED
    _set_times(lead, pick, clock.now(), begins_to_wait=was_for_managers)
    if not owes_reply:
        lead.reply_due_at = None


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
