"""Rules that hand on to the next rule: who was passed over, each once and in which circle."""

import pytest
from django.db import transaction

from leads.actors import SYSTEM
from leads.decision_words import decision_in_words, facts_of, why_nobody
from leads.models import Assignment
from leads.services import assigning
from leads.tests.makers import make_circle, make_consultant, make_lead

pytestmark = pytest.mark.django_db
RESTING = {"consultant": "ana", "why": "not_accepting"}


def given() -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=make_lead(), actor=SYSTEM, trigger="arrival")


def test_last_rule_that_would_hand_on_lists_everybody_once():
    make_circle(make_consultant("ana", is_accepting_leads=False), fallback="next_rule")
    decision = given()
    assert decision.passed_over == [RESTING]
    assert decision.reason == "Nobody in Everyone is available: ana is not accepting"
    assert why_nobody(decision) == "ana (not accepting leads)"


def test_somebody_of_two_circles_is_listed_with_the_name_of_each():
    ana = make_consultant("ana", is_accepting_leads=False)
    make_circle(ana, name="First", fallback="next_rule")
    make_circle(ana, name="Second", position=1, fallback="next_rule")
    decision = given()
    assert decision.passed_over == [RESTING | {"rule": "First"}, RESTING | {"rule": "Second"}]
    assert decision.reason.endswith("ana is not accepting in First; ana is not accepting in Second")
    assert why_nobody(decision) == "ana (First: not accepting leads), ana (Second: not accepting leads)"


def test_empty_circle_behind_a_resting_one_keeps_those_of_the_first():
    make_circle(make_consultant("ana", is_accepting_leads=False), name="First", fallback="next_rule")
    make_circle(name="Second", position=1, fallback="next_rule")
    decision = given()
    assert decision.passed_over == [RESTING | {"rule": "First"}]
    assert why_nobody(decision) == "ana (First: not accepting leads)"


def test_somebody_who_was_passed_over_in_the_first_circle_is_not_told_of_the_second():
    make_circle(make_consultant("ana", is_accepting_leads=False), name="First", fallback="next_rule")
    make_circle(make_consultant("bia"), name="Second", position=1)
    decision = given()
    assert decision.reason == "Round robin: bia is next in Second; ana is not accepting in First"
    assert decision_in_words(facts_of(decision)) == (
        "Given to bia, next in “Second”. Passed over: ana (First: not accepting leads)"
    )


def test_circle_that_was_passed_over_whole_is_told_beside_who_has_the_lead():
    resting = make_consultant("ana", is_accepting_leads=False)
    make_circle(resting, name="First", fallback="next_rule")
    make_circle(resting, make_consultant("bia"), name="Second", position=1)
    assert decision_in_words(facts_of(given())) == (
        "Given to bia, next in “Second”. "
        "Passed over: ana (First: not accepting leads), ana (Second: not accepting leads)"
    )
