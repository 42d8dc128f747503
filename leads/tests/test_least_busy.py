"""The fewest open leads decide: what the ledger says of everybody, and that nobody is flooded."""

from collections import Counter
from itertools import pairwise

import pytest
from django.db import transaction

from leads import circles
from leads.actors import SYSTEM
from leads.assignment_ledger import contradictions
from leads.models import Assignment, AssignmentRule, Consultant, Lead
from leads.services import assigning
from leads.tests.makers import make_circle, make_consultant, make_lead

pytestmark = pytest.mark.django_db


def give(lead: Lead | None = None) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=lead or make_lead(), actor=SYSTEM, trigger="arrival")


def names(count: int) -> list[str]:
    return [str(give().consultant) for _ in range(count)]


def load(consultant: Consultant, count: int) -> None:
    for _ in range(count):
        make_lead(consultant=consultant)


def make_least_busy(*people: str, **over) -> tuple[AssignmentRule, list[Consultant]]:
    consultants = [make_consultant(name) for name in people]
    return make_circle(*consultants, strategy="least_busy", **over), consultants


def test_ledger_holds_the_loads_and_obstacles_of_everybody_who_was_considered():
    _, (ana, bia, _caio, dora) = make_least_busy("ana", "bia", "caio", "dora")
    load(ana, 3)
    load(bia, 1)
    load(dora, 2)
    Consultant.objects.filter(pk=bia.pk).update(is_accepting_leads=False)

    decision = give()

    assert (str(decision.consultant), decision.open_leads) == ("caio", 0)
    assert decision.passed_over == [
        {"consultant": "bia", "why": "not_accepting", "open": 1},
        {"consultant": "dora", "why": "busier", "open": 2},
        {"consultant": "ana", "why": "busier", "open": 3},
    ]
    assert decision.reason == (
        "Fewest open leads: caio has the fewest in Everyone, 0; bia is not accepting; dora has 2; ana has 3"
    )


def test_ledger_says_why_each_is_unavailable_when_nobody_is():
    _, consultants = make_least_busy("ana", "bia")
    load(consultants[0], 2)
    Consultant.objects.update(is_accepting_leads=False)
    decision = give()
    assert (decision.outcome, decision.open_leads) == ("no_consultants_available", None)
    assert decision.reason == "Nobody in Everyone is available: bia is not accepting; ana is not accepting"


@pytest.mark.parametrize("others", [1, 2, 4, 9])
def test_newcomer_gets_no_more_than_twice_an_even_share(others):
    rule, consultants = make_least_busy(*(f"old{number}" for number in range(others)))
    for consultant in consultants:
        load(consultant, 20)
    names(others)
    circles.seat(rule, [make_consultant("new")])

    taken = names(3 * (others + 1))

    for start in range(len(taken) - others - 1):
        assert taken[start : start + others + 2].count("new") <= 2
    assert taken.count("new") >= 3  # and still catches up
    assert not [one for one in contradictions() if "without a decision" not in one]


def test_ledger_says_of_a_newcomer_why_a_busier_colleague_was_chosen():
    rule, (ana, bia) = make_least_busy("ana", "bia")
    load(ana, 5)
    load(bia, 5)
    circles.seat(rule, [make_consultant("new")])
    assert names(2) == ["new", "new"]
    decision = give()
    assert (str(decision.consultant), decision.open_leads) == ("ana", 5)
    assert decision.passed_over[0] == {"consultant": "new", "why": "had_two", "open": 2}
    assert "new has just had two" in decision.reason


def test_consultant_back_from_leave_is_not_flooded():
    _, (ana, bia, _caio) = make_least_busy("ana", "bia", "caio")
    Consultant.objects.filter(pk=ana.pk).update(is_accepting_leads=False)
    names(20)
    Consultant.objects.filter(pk=ana.pk).update(is_accepting_leads=True)
    assert Counter(names(8))["ana"] <= 4
    assert Lead.objects.filter(consultant=ana).count() < Lead.objects.filter(consultant=bia).count()


def test_only_one_who_is_free_gets_every_lead():
    _, (_ana, bia) = make_least_busy("ana", "bia")
    Consultant.objects.filter(pk=bia.pk).update(is_accepting_leads=False)
    assert names(5) == ["ana"] * 5


def test_equal_loads_go_round():
    make_least_busy("ana", "bia", "caio")
    taken = names(9)
    assert Counter(taken) == {"ana": 3, "bia": 3, "caio": 3}
    assert all(one != other for one, other in pairwise(taken))


def test_large_circle_names_twenty_of_those_considered():
    make_circle(*[make_consultant() for _ in range(25)], strategy="least_busy")
    assert len(give().passed_over) == 20


def test_rule_that_falls_back_keeps_why_its_own_people_were_passed_over():
    make_circle(make_consultant("resting", is_accepting_leads=False), name="First", fallback="next_rule")
    make_circle(make_consultant("bia"), name="Second", position=1)
    decision = give()
    assert decision.passed_over == [{"consultant": "resting", "why": "not_accepting", "rule": "First"}]
    assert decision.reason == "Round robin: bia is next in Second; resting is not accepting in First"
