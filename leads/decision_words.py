"""Decisions of who has a lead, in the reader's words. The ledger keeps facts and one English sentence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from leads.models import Assignment, AssignmentRule

Facts = Mapping[str, Any]


def decision_in_words(facts: Facts) -> str:
    """Why this consultant has the lead, or why nobody has. `facts`: as on the timeline, see `facts_of`."""
    skipped = _seats(facts.get("passed_over", []))
    sentence = _sentence(facts)
    return (
        _("%(sentence)s. Passed over: %(names)s") % {"sentence": sentence, "names": skipped}
        if skipped
        else sentence
    )


def facts_of(assignment: Assignment) -> dict[str, Any]:
    """A row of the ledger as the timeline tells it; its rule and consultants with their users should be loaded."""
    return {
        "outcome": assignment.outcome,
        "trigger": assignment.trigger,
        "consultant": str(assignment.consultant) if assignment.consultant else "",
        "previous": str(assignment.previous_consultant) if assignment.previous_consultant else "",
        "rule": assignment.rule.name if assignment.rule else "",
        "strategy": assignment.rule.strategy if assignment.rule else "",
        "passed_over": assignment.passed_over,
    }


def why_nobody(assignment: Assignment | None) -> str:
    """Why a lead of the unassigned queue has no consultant, after its last decision."""
    if assignment is None:
        return _("not tried yet")
    if assignment.outcome == Assignment.Outcome.NO_CONSULTANTS:
        return _seats(assignment.passed_over) or _no_circle(assignment)
    return _sentence(facts_of(assignment))


def _sentence(facts: Facts) -> str:
    sentence = _where_it_went(facts)
    if facts.get("trigger") == Assignment.Trigger.NO_REPLY and facts.get("previous"):
        reason = _("%(consultant)s did not reply in time") % {"consultant": facts["previous"]}
        return f"{reason}. {sentence}"
    return sentence


def _where_it_went(facts: Facts) -> str:
    words = {"consultant": facts.get("consultant", ""), "rule": facts.get("rule", "")}
    if say := OUTCOMES.get(facts.get("outcome", "")):
        return say() % words
    if not words["consultant"]:
        return _("Nobody is available: the lead waits in the unassigned queue")
    if facts.get("trigger") == Assignment.Trigger.TAKEN:
        return _("Taken by %(consultant)s from the pool “%(rule)s”") % words
    if words["rule"] and facts.get("strategy") == AssignmentRule.Strategy.LEAST_BUSY:
        return _("Given to %(consultant)s, who has the fewest open leads in “%(rule)s”") % words
    if words["rule"]:
        return _("Given to %(consultant)s, next in “%(rule)s”") % words
    return _("Given to %(consultant)s by hand") % words


def _no_circle(assignment: Assignment) -> str:
    if assignment.rule is None:
        return _("no circle serves this lead")
    return _("nobody sits in the circle “%(rule)s”") % {"rule": assignment.rule}


def _seats(passed_over: Sequence[Facts]) -> str:
    return ", ".join(f"{seat.get('consultant', '')} ({_why(seat.get('why', ''))})" for seat in passed_over)


def _why(code: str) -> str:
    reasons = {
        "not_accepting": _("not accepting leads"),
        "full": _("at capacity"),
        "inactive": _("not active"),
        "absent": _("absent"),
        "holiday": _("on holiday"),
        "off_hours": _("outside working hours"),
        "no_reply": _("did not reply in time"),
    }
    return reasons.get(code, code.replace("_", " "))


OUTCOMES: dict[str, Callable[[], str]] = {
    Assignment.Outcome.POOLED: lambda: _("Waits in the pool “%(rule)s” until somebody takes it"),
    Assignment.Outcome.ESCALATED: lambda: _("For a manager to decide"),
    Assignment.Outcome.KEPT: lambda: _("Stays with %(consultant)s, who had this person before"),
}
