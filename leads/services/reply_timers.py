"""The return timer: no first reply in time, a reminder; none after that, the next consultant.

A due time on the lead is the work owed. The consultant's reply clears it in the transaction that sends
the reply; a sweep claims what is left, one lead a transaction, so that a stop anywhere loses nothing.
"""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from leads import clock, mishaps
from leads.actors import SYSTEM
from leads.assignment import Pick, pick_consultant
from leads.models import Assignment, AssignmentRule, Consultant, Lead, LeadEvent, Notice, Status
from leads.services import writes
from leads.services.deciding import decide
from leads.services.notices import notify, notify_managers
from leads.working_time import due_after

logger = logging.getLogger(__name__)
# Of one sweep; the rest is due still when the next one looks
BATCH = 200
# What left the lead with somebody or in a pool; circles that were asked in vain between do not end a count
PLACED = (Assignment.Outcome.ASSIGNED, Assignment.Outcome.KEPT, Assignment.Outcome.POOLED)
# Whoever takes a lead from its pool begins no new count: the lead went round unanswered all the same.
GOES_ROUND = (Assignment.Trigger.NO_REPLY, Assignment.Trigger.TAKEN)
TRY_LATER = timedelta(minutes=1)
TIMES = ("reply_due_at", "reminded_at")


class _Turn(NamedTuple):
    """Whose reply is awaited. `tried`: everybody who had the lead since it was last given otherwise."""

    rule: AssignmentRule
    decision: Assignment
    consultant: Consultant
    tried: list[Consultant]

    @property
    def minutes(self) -> int:
        return (self.rule.reply_minutes or 0) + self.rule.reply_grace_minutes


def act_on_due_replies() -> int:
    """Remind whoever owes a first reply, or pass the lead on. Returns how many leads were looked at.

    Safe in many workers at once; a lead that cannot be acted on keeps no other waiting.
    """
    due = Lead.objects.filter(reply_due_at__lte=clock.now()).order_by("reply_due_at")
    return sum(_try_to_act(pk) for pk in due.values_list("pk", flat=True)[:BATCH])


def _try_to_act(lead_id: UUID) -> bool:
    try:
        return _act(lead_id)
    except Exception as error:  # noqa: BLE001 - whatever ails one lead, the others are acted on
        logger.error("due reply not acted on", extra={"lead": str(lead_id), **mishaps.facts_of(error)})
        _try_later(lead_id)
        return False


def _try_later(lead_id: UUID) -> None:
    """However many ail, those behind them get their turn."""
    now = clock.now()
    Lead.objects.filter(pk=lead_id, reply_due_at__lte=now).update(reply_due_at=now + TRY_LATER)


@transaction.atomic
def _act(lead_id: UUID) -> bool:
    """False where another worker has the lead, or the reply came meanwhile."""
    due = Lead.objects.filter(pk=lead_id, reply_due_at__lte=clock.now())
    lead = due.select_for_update(skip_locked=True).first()
    if lead is None:
        return False
    turn = _turn_of(lead)
    if turn is None:
        _stop(lead)
    elif lead.reminded_at is None:
        _remind(lead, turn)
    else:
        _pass_on(lead, turn)
    return True


def _turn_of(lead: Lead) -> _Turn | None:
    """None where no reply is awaited any more: the lead was closed, or the rule has no timer now."""
    placed = list(
        lead.assignments.filter(outcome__in=PLACED).select_related("rule", "consultant__user").order_by("-pk")
    )
    decision = placed[0] if placed else None
    if decision is None or decision.consultant is None or decision.consultant_id != lead.consultant_id:
        return None
    # Of the decision that stands: a lead given by hand has no rule, and so no timer
    rule, is_open = decision.rule, lead.archived_at is None and lead.status.kind == Status.Kind.OPEN
    if rule is None or rule.reply_minutes is None or not is_open:
        return None
    return _Turn(rule, decision, decision.consultant, _tried(placed))


def _tried(placed: list[Assignment]) -> list[Consultant]:
    tried = []
    for decision in placed:
        if decision.consultant:
            tried.append(decision.consultant)
        if decision.trigger not in GOES_ROUND:
            break
    return tried


def _stop(lead: Lead) -> None:
    """Nobody sees due times, so nothing is announced."""
    Lead.objects.filter(pk=lead.pk).update(reply_due_at=None, reminded_at=None)


def _remind(lead: Lead, turn: _Turn) -> None:
    grace = turn.rule.reply_grace_minutes
    lead.reminded_at = clock.now()
    # From now, not from when it was due: a sweep that comes late takes nothing of their grace
    lead.reply_due_at = due_after(turn.consultant, lead.reminded_at, grace)
    facts = {"consultant": str(turn.consultant), "minutes": turn.rule.reply_minutes}
    writes.record(lead, LeadEvent.Kind.REMINDED, SYSTEM, **facts)
    writes.changed(lead, TIMES, action="reminded", actor=SYSTEM)
    notify(
        user_id=turn.consultant.pk,
        kind=Notice.Kind.WARNED,
        # One warning for each time that somebody is given the lead, however often the sweep comes by
        key=f"reply:{turn.decision.pk}",
        lead=lead,
        facts={"minutes": grace},
    )


def _pass_on(lead: Lead, turn: _Turn) -> None:
    """To the next of the circle; after the last round, or where nobody is left, to the managers."""
    because = f"{turn.consultant} did not reply within {turn.minutes} minutes"
    # The first consultant is no round yet: with two rounds, three people are asked
    is_last = len(turn.tried) > turn.rule.reply_rounds
    # Without all of them, or a circle of two would hand the lead to and fro
    pick = Pick(turn.rule) if is_last else pick_consultant(lead, without=[one.pk for one in turn.tried])
    if not pick.is_settled:
        pick = Pick(
            turn.rule, passed_over=pick.passed_over or _silent(turn), outcome=Assignment.Outcome.ESCALATED
        )
    assignment = decide(
        lead, replace(pick, because=because), actor=SYSTEM, trigger=Assignment.Trigger.NO_REPLY
    )
    _tell(lead, turn, assignment)


def _silent(turn: _Turn) -> tuple[dict[str, str], ...]:
    return tuple({"consultant": str(one), "why": "no_reply"} for one in dict.fromkeys(reversed(turn.tried)))


def _tell(lead: Lead, turn: _Turn, assignment: Assignment) -> None:
    """Whoever had the lead hears where it went, the managers where it is theirs. The next consultant hears
    of it as of every assignment."""
    to = assignment.consultant or (lead.pool if assignment.outcome == Assignment.Outcome.POOLED else "")
    notify(
        user_id=turn.consultant.pk,
        kind=Notice.Kind.TAKEN_AWAY,
        key=f"taken_away:{assignment.pk}",
        lead=lead,
        facts={"to": str(to), "minutes": turn.minutes},
    )
    if assignment.outcome == Assignment.Outcome.ESCALATED:
        notify_managers(
            kind=Notice.Kind.ALERT,
            key=f"escalated:{assignment.pk}",
            lead=lead,
            facts={"times": len(turn.tried)},
        )
