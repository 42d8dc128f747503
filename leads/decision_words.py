"""Decisions of who has a lead, in the language that is switched on. The ledger keeps facts and one English sentence."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.assignment import Pick
from leads.models import Assignment, AssignmentRule

Facts = Mapping[str, Any]


def decision_in_words(facts: Facts) -> str:
    """Why this consultant has the lead, or why nobody has. `facts`: as on the timeline, see `facts_of`."""
    skipped = _seats(facts.get("passed_over", []), facts.get("rule", ""))
    sentence = ". ".join([*_owners(facts), _sentence(facts)])
    if facts.get("no_reply_awaited"):
        sentence = _("%(sentence)s. No first reply is awaited: the client asked for no messages") % {
            "sentence": sentence
        }
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
        "rule": _rule_name(assignment),
        # The rule may go by another one since; whoever has the fewest is chosen by how many they have
        "strategy": AssignmentRule.Strategy.LEAST_BUSY if assignment.open_leads is not None else "",
        "passed_over": assignment.passed_over,
        "open_leads": assignment.open_leads,
        "by": str(assignment.user) if assignment.user else "",
    }


def _rule_name(assignment: Assignment) -> str:
    """A decision outlives its rule; that there was one is seen by what rules alone do."""
    if assignment.rule:
        return assignment.rule.name
    is_turn = assignment.pointer_after is not None
    is_pools = (
        assignment.outcome == Assignment.Outcome.POOLED or assignment.trigger == Assignment.Trigger.TAKEN
    )
    return _("a rule that was deleted since") if is_turn or is_pools else ""


def facts_of_pick(pick: Pick) -> dict[str, Any]:
    """What is decided, as the timeline will tell it."""
    return {
        "outcome": pick.outcome,
        "consultant": pick.consultant_name,
        "rule": pick.rule.name if pick.rule else "",
        "strategy": pick.rule.strategy if pick.rule else "",
        "passed_over": list(pick.passed_over),
        "open_leads": pick.open_leads,
    }


def why_nobody(assignment: Assignment | None) -> str:
    """Why a lead of the unassigned queue has no consultant, after its last decision."""
    if assignment is None:
        return _("not tried yet")
    if assignment.outcome == Assignment.Outcome.NO_CONSULTANTS:
        return _nobody(assignment.passed_over, assignment.rule)
    return _sentence(facts_of(assignment))


def why_nobody_now(pick: Pick) -> str:
    """The same of a decision that would be made now."""
    if pick.is_settled:
        return _("somebody is free by now, and gets the lead in a moment")
    return _nobody(pick.passed_over, pick.rule)


def _nobody(passed_over: Sequence[Facts], rule: AssignmentRule | None) -> str:
    if seats := _seats(passed_over, rule.name if rule else ""):
        return seats
    return (
        _("nobody sits in the circle “%(rule)s”") % {"rule": rule}
        if rule
        else _("no circle serves this lead")
    )


def _sentence(facts: Facts) -> str:
    sentence = _where_it_went(facts)
    because = because_of(facts)
    return f"{because}. {sentence}" if because else sentence


def because_of(facts: Facts) -> str:
    """What took the lead from whoever had it; '' where nothing did."""
    say = BECAUSE.get(facts.get("trigger", "")) if facts.get("previous") else None
    return say() % {"consultant": facts["previous"]} if say else ""


def _owners(facts: Facts) -> list[str]:
    return [
        _("%(consultant)s had this person before and could not take the lead (%(why)s)")
        % {"consultant": seat.get("consultant", ""), "why": why_passed_over(seat)}
        for seat in facts.get("passed_over", [])
        if seat.get("had_before")
    ]


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
    if facts.get("by") and facts["by"] != words["consultant"]:
        return _("Given to %(consultant)s by %(user)s") % {**words, "user": facts["by"]}
    return _("Given to %(consultant)s by hand") % words


def _seats(passed_over: Sequence[Facts], decided_by: str) -> str:
    """With the circle's name where another one was asked than that of the decision."""
    seats = [seat for seat in passed_over if not seat.get("had_before")]
    names = {decided_by, *(seat.get("rule", "") for seat in seats)} - {""}
    return ", ".join(
        f"{seat.get('consultant', '')} ({_where(seat, names)}{why_passed_over(seat)})" for seat in seats
    )


def _where(seat: Facts, names: Collection[str]) -> str:
    rule = seat.get("rule", "")
    return f"{rule}: " if rule and len(names) > 1 else ""


def why_passed_over(seat: Facts) -> str:
    """Of one of those that a decision names beside whoever it chose."""
    code = seat.get("why", "")
    if code == "busier":
        count = seat.get("open", 0)
        return ngettext("%(count)d open lead", "%(count)d open leads", count) % {"count": count}
    reasons = {
        "not_accepting": _("not accepting leads"),
        "full": _("at capacity"),
        "inactive": _("not active"),
        "absent": _("absent"),
        "holiday": _("on holiday"),
        "off_hours": _("outside working hours"),
        "no_reply": _("did not reply in time"),
        "had_two": _("has just had two leads"),
    }
    return reasons.get(code, code.replace("_", " "))


# Called when they are said, for the language is the reader's of that moment
BECAUSE: dict[str, Callable[[], str]] = {
    Assignment.Trigger.NO_REPLY: lambda: _("%(consultant)s did not reply in time"),
    Assignment.Trigger.LEAVING: lambda: _("%(consultant)s left"),
}
OUTCOMES: dict[str, Callable[[], str]] = {
    Assignment.Outcome.POOLED: lambda: _("Waits in the pool “%(rule)s” until somebody takes it"),
    Assignment.Outcome.ESCALATED: lambda: _("For a manager to decide"),
    Assignment.Outcome.KEPT: lambda: _("Stays with %(consultant)s, who had this person before"),
}
