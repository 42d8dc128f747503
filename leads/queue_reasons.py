"""Why nobody has the leads of the unassigned queue: as it stands now, not as it was when they came."""

from collections.abc import Iterable
from uuid import UUID

from leads.assignment import Pick, pick_consultant
from leads.decision_words import why_nobody, why_nobody_now
from leads.models import Assignment, AssignmentRule, Lead
from leads.rules import active_rules, circles_for

Waiting = tuple[Lead, Assignment | None]


def reasons_of(queue: Iterable[Waiting]) -> dict[UUID, str]:
    """By the lead's id. Leads that the same circles serve are asked about once."""
    waiting = list(queue)
    circles = _circles_of(lead for lead, decision in waiting if _found_nobody(decision))
    picks: dict[frozenset[int], Pick] = {}
    reasons = {}
    for lead, decision in waiting:
        asked = circles.get(lead.pk)
        if asked is not None and asked not in picks:
            picks[asked] = pick_consultant(lead, is_dry_run=True)
        reasons[lead.pk] = why_nobody(decision) if asked is None else why_nobody_now(picks[asked])
    return reasons


def _found_nobody(decision: Assignment | None) -> bool:
    """The others wait for a person to take them or to decide, whoever is free."""
    return decision is not None and decision.outcome == Assignment.Outcome.NO_CONSULTANTS


def _circles_of(leads: Iterable[Lead]) -> dict[UUID, frozenset[int]]:
    served = list(leads)
    # Rules are not read for nothing: most of the time nobody waits
    rules: list[AssignmentRule] = active_rules() if served else []
    return {lead.pk: frozenset(circles_for(lead, rules)) for lead in served}
