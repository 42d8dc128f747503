"""The ledger's one sentence about a decision, in English; pages build theirs from the row's facts."""

from collections.abc import Mapping
from typing import Any

from leads.actors import SYSTEM, Actor
from leads.assignment import Pick
from leads.models import Assignment, AssignmentRule

Outcome = Assignment.Outcome


NO_REPLY_AWAITED = "no first reply is awaited, for the client asked for no messages"


def explain(pick: Pick, actor: Actor = SYSTEM, trigger: str = "", *, awaits_reply: bool = True) -> str:
    """Why this consultant, or why nobody; what led to it comes first."""
    owners = [
        f"{seat['consultant']}, who had this person before, {_why(seat)}"
        for seat in pick.passed_over
        if seat.get("had_before")
    ]
    sentence = _sentence(pick, actor, trigger)
    if not awaits_reply:
        sentence += f"; {NO_REPLY_AWAITED}"
    return ". ".join(filter(None, [pick.because, *owners, sentence]))


def _sentence(pick: Pick, actor: Actor, trigger: str) -> str:
    if pick.outcome == Outcome.POOLED:
        return f"Waits in the pool {pick.rule} until somebody takes it"
    if pick.outcome == Outcome.ESCALATED:
        return "; ".join(["For a manager to decide", *_passed_over(pick)])
    if pick.outcome == Outcome.KEPT:
        return f"Stays with {pick.consultant_name}, who had this person before"
    if pick.consultant_id is None:
        return _nobody(pick)
    if trigger == Assignment.Trigger.TAKEN:
        return f"Taken from the pool {pick.rule} by {pick.consultant_name}"
    if pick.rule is None:
        return f"Given to {pick.consultant_name} by {actor.user or actor.kind}"
    return "; ".join([_turn(pick, pick.rule), *_passed_over(pick)])


def _turn(pick: Pick, rule: AssignmentRule) -> str:
    if rule.strategy == AssignmentRule.Strategy.LEAST_BUSY:
        return f"Fewest open leads: {pick.consultant_name} has the fewest in {rule}, {pick.open_leads}"
    return f"Round robin: {pick.consultant_name} is next in {rule}"


def _nobody(pick: Pick) -> str:
    if pick.rule is None:
        return "No active assignment rule serves this lead"
    return f"Nobody in {pick.rule} is available: " + ("; ".join(_passed_over(pick)) or "the circle is empty")


def _passed_over(pick: Pick) -> list[str]:
    """With the circle's name where another one was asked than that of the decision."""
    seats = [seat for seat in pick.passed_over if not seat.get("had_before")]
    asked = {seat.get("rule", "") for seat in seats} | {pick.rule.name if pick.rule else ""}
    are_several = len(asked - {""}) > 1
    return [
        f"{seat['consultant']} {_why(seat)}"
        + (f" in {seat['rule']}" if are_several and seat.get("rule") else "")
        for seat in seats
    ]


def _why(seat: Mapping[str, Any]) -> str:
    return f"has {seat['open']}" if seat["why"] == "busier" else OBSTACLES[seat["why"]]


OBSTACLES = {
    "inactive": "is inactive",
    "not_accepting": "is not accepting",
    "absent": "is absent",
    "holiday": "is on holiday",
    "off_hours": "is off hours",
    "full": "is full",
    "no_reply": "did not reply in time",
    "had_two": "has just had two",
}
