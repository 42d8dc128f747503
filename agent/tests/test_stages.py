import pytest

from agent import stages
from agent.brains.protocol import Decision, Playbook, Question, Rule, Signals, SlotValue

PLAYBOOK = Playbook(
    domain="test",
    questions=(Question("name", required=True), Question("size", "int", required=True), Question("when")),
    nurture_if=(Rule("when", "eq", "later"),),
    disqualify_if=(Rule("size", "lt", 2),),
)


def decide(signals=None, **values):
    slots = {key: SlotValue(value) for key, value in values.items()}
    return stages.decide(PLAYBOOK, slots, signals or Signals())


def test_stage_stays_qualifying_while_a_required_slot_is_missing():
    assert decide(name="Ana") == Decision("qualifying")


def test_stage_is_qualified_when_the_required_slots_are_known():
    assert decide(name="Ana", size=5) == Decision("qualified", True, "qualified")


def test_stage_follows_the_rules_of_the_playbook():
    assert decide(name="Ana", size=1) == Decision("disqualified")
    assert decide(when="later") == Decision("nurture")
    assert decide(name="Ana", size=5, when="later") == Decision("nurture")


@pytest.mark.parametrize(
    ("signals", "decision"),
    [
        (Signals(opted_out=True, angry=True), Decision("opted_out")),
        (Signals(suspected_bot=True), Decision("suspected_bot")),
        (Signals(sensitive=True, asked_human=True), Decision("needs_human", True, "sensitive")),
        (Signals(angry=True, asked_human=True), Decision("needs_human", True, "angry")),
        (Signals(outside="job_seeker", asked_human=True), Decision("disqualified")),
        (Signals(asked_human=True), Decision("needs_human", True, "asked_human")),
        (Signals(out_of_scope=stages.MAX_OUT_OF_SCOPE), Decision("needs_human", True, "out_of_scope")),
        (Signals(failures=stages.MAX_FAILURES), Decision("needs_human", True, "failures")),
        (Signals(failures=stages.MAX_FAILURES - 1), Decision("qualifying")),
    ],
)
def test_signals_decide_by_their_weight(signals, decision):
    assert decide(signals, name="Ana") == decision


def test_a_complete_client_who_asks_for_a_person_is_qualified():
    assert decide(Signals(asked_human=True), name="Ana", size=5) == Decision("qualified", True, "qualified")


def test_a_client_handed_over_once_is_not_handed_over_again_for_the_same_reason():
    again = Signals(handed_over=("qualified",))

    assert decide(again, name="Ana", size=5) == Decision("qualified")


@pytest.mark.parametrize(
    ("op", "value", "known", "holds"),
    [("gte", 3, 3, True), ("gt", 3, 3, False), ("in", ["a", "b"], "b", True), ("lt", 5, "many", False),
     ("lte", 100, {"min": 50, "max": 90}, True), ("gte", 60, {"min": 70, "max": None}, True)],
)  # fmt: skip
def test_rules_compare_what_is_known(op, value, known, holds):
    assert stages.holds(Rule("slot", op, value), {"slot": SlotValue(known)}) is holds
    assert not stages.holds(Rule("slot", op, value), {})


RULED = Playbook(
    domain="test",
    questions=(Question("name", required=True), Question("budget", "int", required=True)),
    qualify_if=(Rule("budget", "gte", 100),),
    handoff_if=(Rule("budget", "gte", 1000),),
    limits={"failures": 5, "out_of_scope": 4},
)


def by_rules(signals=None, **values):
    slots = {key: SlotValue(value) for key, value in values.items()}
    return stages.decide(RULED, slots, signals or Signals())


def test_stage_of_a_complete_client_who_falls_short_is_nurture():
    assert by_rules(name="Ana", budget=50) == Decision("nurture")
    assert by_rules(name="Ana", budget=100) == Decision("qualified", True, "qualified")
    assert by_rules(budget=50) == Decision("qualifying")


def test_stage_of_a_client_whom_a_rule_sends_on_needs_a_person_once():
    assert by_rules(budget=1000) == Decision("needs_human", True, "rule")
    assert by_rules(Signals(handed_over=("rule",)), budget=1000) == Decision("qualifying")


def test_stage_with_the_playbooks_own_limits_is_stuck_later():
    assert by_rules(Signals(failures=4)) == Decision("qualifying")
    assert by_rules(Signals(failures=5)) == Decision("needs_human", True, "failures")
    assert by_rules(Signals(out_of_scope=3)) == Decision("qualifying")
    assert by_rules(Signals(out_of_scope=4)) == Decision("needs_human", True, "out_of_scope")
