"""Who gets a lead: the next eligible turn of a circle, found and taken in one statement.

Concurrent decisions of one rule queue for that rule's row and for nothing else. The row is locked by
a statement of its own, so that the one that decides sees all that the decision before it wrote: the
pointer, and how many leads each consultant has. The turn is found by index from the pointer onwards,
so the size of the circle does not matter.

A consultant may sit in several circles. Where they have a capacity, the statement also writes their
row, on the condition that nobody wrote it since it was read: of two rules that pick the same consultant
at one instant, the second looks again and then sees the first one's lead.
"""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from django.db.models import F

from leads import clock, one_trip
from leads.models import Assignment, AssignmentRule, Consultant, Lead
from leads.rules import readings_for
from leads.turn_statements import LOCK_CIRCLE, pool_statement, statement_of

Row: TypeAlias = tuple[Any, ...]
Facts: TypeAlias = Sequence[Any]
POOLED, NO_CONSULTANTS = Assignment.Outcome.POOLED, Assignment.Outcome.NO_CONSULTANTS


@dataclass(frozen=True)
class Pick:
    """What is decided about a lead, and the facts behind it. `because`: what led to deciding at all.

    `consultant_id` is None where nobody is given the lead: nobody may be, or it waits for somebody to
    take it, or for a manager; `outcome` says which. `open_leads`: what they had, where the fewest decide.
    """

    rule: AssignmentRule | None
    consultant_id: int | None = None
    consultant_name: str = ""
    estimated_response_seconds: int | None = None
    pointer_before: int | None = None
    pointer_after: int | None = None
    open_leads: int | None = None
    passed_over: tuple[dict[str, Any], ...] = ()
    outcome: str = Assignment.Outcome.NO_CONSULTANTS
    because: str = ""

    @property
    def is_settled(self) -> bool:
        return self.outcome != Assignment.Outcome.NO_CONSULTANTS


def pick_consultant(lead: Lead, *, without: Collection[int] = (), is_dry_run: bool = False) -> Pick:
    """Turn the circle of the first rule that fits by one lead, or of the next one where that is its fallback.

    `without`: ids of consultants who had the lead and did not reply. Takes the rule's row lock until the
    transaction ends. A dry run takes no lock and moves nothing.
    """
    picks = (_ask_circles(*reading, without, is_dry_run) for reading in readings_for(lead))
    return next(pick for pick in picks if pick is not None)


def _ask_circles(
    rules: Sequence[AssignmentRule], mark: str, without: Collection[int], is_dry_run: bool
) -> Pick | None:
    """None: the rules are others than `mark` says."""
    last = Pick(rule=None)
    refused: tuple[dict[str, Any], ...] = ()
    for rule in map(copy, rules):
        refused += _seats_of(last)
        pick = _ask_circle(rule, [clock.now(), list(without), rule.pk, mark], is_dry_run)
        if pick is None:
            return None
        last = pick
        if last.is_settled or rule.fallback == AssignmentRule.Fallback.QUEUE:
            break
    return replace(last, passed_over=refused + _seats_of(last)) if refused else last


def _seats_of(pick: Pick) -> tuple[dict[str, Any], ...]:
    """Who was passed over, and in which circle: somebody may sit in several of those that were asked."""
    name = pick.rule.name if pick.rule else ""
    return tuple(seat | {"rule": name} for seat in pick.passed_over)


def pick_for(consultant: Consultant, **facts: Any) -> Pick:
    """The decision for one consultant, without turning a circle."""
    return Pick(
        consultant_id=consultant.pk,
        consultant_name=str(consultant),
        estimated_response_seconds=consultant.typical_response_seconds,
        **{"rule": None, "outcome": Assignment.Outcome.ASSIGNED} | facts,
    )


def hold_capacity(consultant_id: int) -> None:
    """Count a consultant's leads after this, and nobody else gives them one before the transaction ends.

    Writes the row instead of locking it alone: a circle that has read it already must notice.
    """
    # PostgreSQL writes a new version of the row, and so another `xmin`, even where no value differs
    Consultant.objects.filter(pk=consultant_id).update(max_open_leads=F("max_open_leads"))


def _ask_circle(rule: AssignmentRule, facts: Facts, is_dry_run: bool) -> Pick | None:
    if not rule.is_pool:
        return _turn(rule, facts, is_dry_run)
    # A pool takes every lead as long as somebody sits in its circle. Nothing is locked or moved
    has_takers = one_trip.ask(pool_statement(), facts)
    return None if has_takers is None else Pick(rule, outcome=POOLED if has_takers else NO_CONSULTANTS)


def _turn(rule: AssignmentRule, facts: Facts, is_dry_run: bool) -> Pick | None:
    statement = statement_of(rule.strategy, is_dry_run=is_dry_run)
    row = one_trip.read_row(statement, facts) if is_dry_run else lock_and_ask(rule, statement, facts)
    # Again where another decision was made about the same consultant meanwhile: the row says so first.
    # This does not spin: the UPDATE of the consultant waits for whoever holds the row, and finds it changed then
    while row and row[0]:
        row = one_trip.read_row(statement, facts)
    return _pick_of(rule, row) if row else None


def lock_and_ask(rule: AssignmentRule, statement: str, facts: Facts) -> Row | None:
    """The question is on its way when the lock is granted: nobody waits for this process to hear of that."""
    # Under Read Committed each statement has a snapshot of its own (PostgreSQL 13.2.1), and the
    # last begins only when those before it have the lock: it sees what the decision before it wrote
    return one_trip.last_row((LOCK_CIRCLE, {"rule": rule.pk}), (statement, facts))


def _pick_of(rule: AssignmentRule, row: Row) -> Pick:
    _is_contested, consultant_id, name, typical, before, after, open_leads, passed_over = row
    return Pick(
        rule,
        consultant_id,
        name or "",
        typical,
        before,
        after,
        open_leads,
        tuple(passed_over),
        Assignment.Outcome.ASSIGNED if consultant_id else Assignment.Outcome.NO_CONSULTANTS,
    )
