"""Where a conversation stands. Code decides from validated slots; a model may only propose."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from agent.brains.protocol import Decision, Playbook, Rule, Signals, SlotValue
from agent.parsers import currencies

QUALIFYING = "qualifying"
QUALIFIED = "qualified"
DISQUALIFIED = "disqualified"
NURTURE = "nurture"
NEEDS_HUMAN = "needs_human"
OPTED_OUT = "opted_out"
SUSPECTED_BOT = "suspected_bot"

STAGES = (QUALIFYING, QUALIFIED, DISQUALIFIED, NURTURE, NEEDS_HUMAN, OPTED_OUT, SUSPECTED_BOT)
HANDOFF_REASONS = ("qualified", "asked_human", "angry", "out_of_scope", "failures", "sensitive")
BY_RULE = "rule"
TOO_LATE = "too_late"  # nobody's proposal: WhatsApp's window has closed

MAX_FAILURES = 3
MAX_OUT_OF_SCOPE = 2

Slots = Mapping[str, SlotValue]

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "in": lambda value, options: value in options,
}


def decide(playbook: Playbook, slots: Slots, signals: Signals) -> Decision:
    """The first rule that holds wins: safety, then refusal to serve, then qualification, then rescue."""
    # An opt-out stands above all; a client who is qualified and also asks for a person is handed over as
    # qualified; what rules a client out counts only for those who did not ask for a person
    for rule in (_stopped, _urgent, _refused, _complete, _asked_for_a_person, _sent_on, _ruled_out, _stuck):
        decision = rule(playbook, slots, signals)
        if decision is not None:
            return decision
    return Decision(QUALIFYING)


def missing_required(playbook: Playbook, slots: Slots) -> list[str]:
    return [question.key for question in playbook.required if question.key not in slots]


def holds(rule: Rule, slots: Slots) -> bool:
    """Whether a playbook rule is true of the known slots; an unknown slot makes no rule true, nor does foreign
    money, for a rule's amounts are in the organisation's own."""
    known = slots.get(rule.slot)
    if known is None or known.value is None or _is_foreign_money(known):
        return False
    try:
        return COMPARISONS[rule.op](_comparable(known.value), rule.value)
    # A rule edited after its question changed type, "budget < casa", is not true of anybody
    except TypeError:
        return False


def _is_foreign_money(known: SlotValue) -> bool:
    # As in Portuguese, where a bare "$" is one's own money: a rule should not fail for a sign left out
    own = settings.CURRENCY
    return isinstance(known.value, Mapping) and bool(currencies.foreign(known.quote, own, "pt-BR"))


def _comparable(value: Any) -> Any:
    """A money range is compared by what the client can spend."""
    if isinstance(value, Mapping):
        return value.get("max") if value.get("max") is not None else value.get("min")
    return value


def _stopped(playbook: Playbook, slots: Slots, signals: Signals) -> Decision | None:
    if signals.opted_out:
        return Decision(OPTED_OUT)
    if signals.suspected_bot:
        return Decision(SUSPECTED_BOT)
    return None


def _urgent(playbook: Playbook, slots: Slots, signals: Signals) -> Decision | None:
    if signals.sensitive:
        return Decision(NEEDS_HUMAN, True, "sensitive")
    if signals.angry:
        return Decision(NEEDS_HUMAN, True, "angry")
    return None


def _refused(playbook: Playbook, slots: Slots, signals: Signals) -> Decision | None:
    return Decision(DISQUALIFIED) if signals.outside else None


def _complete(playbook: Playbook, slots: Slots, signals: Signals) -> Decision | None:
    # Known answers that a rule refuses make nobody qualified, however complete they are
    if missing_required(playbook, slots) or _outcome_by_rules(playbook, slots):
        return None
    # Given back after a handover, they are qualified still; another handover needs another reason
    if "qualified" not in signals.handed_over:
        return Decision(QUALIFIED, True, "qualified")
    return Decision(QUALIFIED, True, "asked_human") if signals.asked_human else Decision(QUALIFIED)


def _asked_for_a_person(playbook: Playbook, slots: Slots, signals: Signals) -> Decision | None:
    return Decision(NEEDS_HUMAN, True, "asked_human") if signals.asked_human else None


def _sent_on(playbook: Playbook, slots: Slots, signals: Signals) -> Decision | None:
    """A rule of the playbook gives these clients to a person at once; once, so that a return holds."""
    if BY_RULE in signals.handed_over or not any(holds(rule, slots) for rule in playbook.handoff_if):
        return None
    return Decision(NEEDS_HUMAN, True, BY_RULE)


def _ruled_out(playbook: Playbook, slots: Slots, signals: Signals) -> Decision | None:
    outcome = _outcome_by_rules(playbook, slots)
    return Decision(outcome) if outcome else None


def _stuck(playbook: Playbook, slots: Slots, signals: Signals) -> Decision | None:
    if signals.out_of_scope >= playbook.limits.get("out_of_scope", MAX_OUT_OF_SCOPE):
        return Decision(NEEDS_HUMAN, True, "out_of_scope")
    if signals.failures >= playbook.limits.get("failures", MAX_FAILURES):
        return Decision(NEEDS_HUMAN, True, "failures")
    return None


def _outcome_by_rules(playbook: Playbook, slots: Slots) -> str | None:
    if any(holds(rule, slots) for rule in playbook.disqualify_if):
        return DISQUALIFIED
    if any(holds(rule, slots) for rule in playbook.nurture_if) or _falls_short(playbook, slots):
        return NURTURE
    return None


def _falls_short(playbook: Playbook, slots: Slots) -> bool:
    """Everything is known, but not all that the playbook asks of a qualified client is true."""
    judged = [rule for rule in playbook.qualify_if if not _is_unjudged(rule, slots)]
    short = not all(holds(rule, slots) for rule in judged)
    return short and not missing_required(playbook, slots)


def _is_unjudged(rule: Rule, slots: Slots) -> bool:
    """A person has to say what 50,000 euros are here."""
    known = slots.get(rule.slot)
    return known is not None and _is_foreign_money(known)
