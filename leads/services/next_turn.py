"""What becomes of most leads: the very next turn of the circle is free, and one statement decides and writes it.

Whoever decides holds the rule's row until the commit, and all others of the rule wait for it. So everything is
prepared before, with whoever it will be left open, and PostgreSQL fills that in.
"""

from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import Any

from leads import clock, prepared
from leads.actors import Actor
from leads.assignment import Pick, lock_and_ask
from leads.models import Assignment, AssignmentRule, Lead, LeadEvent
from leads.rules import readings_for
from leads.services import writes
from leads.services.deciding import PLACE, ledger_row, set_place, timeline_row
from leads.turn_statements import very_next_statement

# Somebody, in place of an id, and of a name in a sentence: a sign that no text of people has
SOMEBODY, NAME = -1, "\x01"
LEDGER_IS_TOLD = (
    ("consultant", "given.consultant_id"),
    ("reason", "replace(%s::text, chr(1), given.name)"),
    ("pointer_before", "given.pointer"),
    ("pointer_after", "given.position"),
    ("estimated_response_seconds", "given.typical_response_seconds"),
)
EVENT_IS_TOLD = (
    ("data", "%s || jsonb_build_object('consultant_id', given.consultant_id, 'consultant', given.name)"),
)
LEAD_IS_TOLD = (("consultant", "given.consultant_id"),)
SAVED = (*PLACE, *writes.STAMPS)


def give_to_next(lead: Lead, actor: Actor, trigger: str) -> Assignment | None:
    """Give a lead that nobody has to the very next turn. None, and nothing is written: it has to be looked further.

    The caller holds the lead's row, as for every decision.
    """
    rules, mark = next(readings_for(lead))
    if not rules or not _is_simple(lead, rules[0]):
        return None
    pick = Pick(copy(rules[0]), SOMEBODY, NAME, outcome=Assignment.Outcome.ASSIGNED)
    assignment = ledger_row(lead, pick, actor, trigger)
    event = timeline_row(lead, pick, actor, trigger, None)
    # Of a copy, for the lead stays as it is where the turn is not free
    placed = copy(lead)
    set_place(placed, pick)
    placed.version += 1
    row = _ask(rules[0], mark, placed, assignment, event)
    if row is None:
        return None
    _fill_in(assignment, event, row)
    placed.consultant_id = assignment.consultant_id
    vars(lead).update(vars(placed))
    writes.say_changed(lead.pk, "assigned", PLACE, actor)
    return assignment


def _is_simple(lead: Lead, rule: AssignmentRule) -> bool:
    """Nothing else depends on who it will be: nobody loses the lead, and no first reply is due in their hours."""
    is_free = lead.consultant_id is None and lead.pool_id is None
    return is_free and rule.strategy == AssignmentRule.Strategy.ROUND_ROBIN and rule.reply_minutes is None


def _ask(
    rule: AssignmentRule, mark: str, lead: Lead, assignment: Assignment, event: LeadEvent
) -> Sequence[Any] | None:
    values = [
        *(clock.now(), [], rule.pk, mark),
        *prepared.inserted_values(assignment, LEDGER_IS_TOLD),
        *prepared.inserted_values(event, EVENT_IS_TOLD),
        *prepared.updated_values(lead, SAVED, LEAD_IS_TOLD),
    ]
    return lock_and_ask(rule, _statement(), values)


@cache
def _statement() -> str:
    ledger = prepared.insert_statement(Assignment, LEDGER_IS_TOLD, "given")
    timeline = prepared.insert_statement(LeadEvent, EVENT_IS_TOLD, "given")
    place = prepared.update_statement(Lead, SAVED, LEAD_IS_TOLD, "given")
    return very_next_statement(
        [f"ledger AS ({ledger})", f"timeline AS ({timeline})", f"placed AS ({place})"],
        ["(SELECT id FROM ledger)", "(SELECT id FROM timeline)"],
    )


def _fill_in(assignment: Assignment, event: LeadEvent, row: Sequence[Any]) -> None:
    consultant_id, name, typical, before, after, ledger_key, event_key = row
    assignment.consultant_id = consultant_id
    assignment.reason = assignment.reason.replace(NAME, name)
    assignment.estimated_response_seconds = typical
    assignment.pointer_before, assignment.pointer_after = before, after
    prepared.is_saved(assignment, ledger_key)
    prepared.is_saved(event, event_key)
