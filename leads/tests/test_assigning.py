"""Round robin: exact, explained, and in order whatever happens at the same instant."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from leads.actors import SYSTEM
from leads.errors import NotAllowedError
from leads.models import Assignment, Lead, RuleMember
from leads.services import assigning, people
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager


def give(lead: Lead) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")


@pytest.fixture
def trio(db):
    return [make_consultant(name) for name in ("ana", "bia", "carlos")]


def test_assign_lead_over_a_circle_goes_round_in_order(trio):
    make_circle(*trio)
    names = [give(make_lead()).consultant.user.username for _ in range(7)]
    assert names == ["ana", "bia", "carlos", "ana", "bia", "carlos", "ana"]


def test_assign_lead_writes_pointer_reason_and_statistics(trio):
    rule = make_circle(*trio)
    first, second = give(make_lead()), give(make_lead())
    assert (first.pointer_before, first.pointer_after) == (0, 1)
    assert (second.pointer_before, second.pointer_after) == (1, 2)
    assert second.reason == "Round robin: bia is next in Everyone"
    assert list(RuleMember.objects.filter(rule=rule).values_list("leads_given", flat=True)) == [1, 1, 0]
    assert first.notice == "pending"


def test_assign_lead_with_absent_consultant_passes_over_and_says_so(trio):
    make_circle(*trio)
    people.set_accepting(trio[0].user, False)
    assignment = give(make_lead())
    assert assignment.consultant == trio[1]
    assert assignment.passed_over == [{"consultant": "ana", "why": "not_accepting"}]


def test_assign_lead_with_full_consultant_goes_to_the_next(trio):
    trio[0].max_open_leads = 1
    trio[0].save()
    make_circle(*trio)
    taken = [give(make_lead()).consultant.user.username for _ in range(4)]
    assert taken == ["ana", "bia", "carlos", "bia"]


def test_assign_lead_with_nobody_available_waits_in_the_queue(trio):
    make_circle(*trio)
    for consultant in trio:
        people.set_accepting(consultant.user, False)
    lead = make_lead()
    assignment = give(lead)
    assert assignment.outcome == "no_consultants_available"
    assert "ana is not accepting" in assignment.reason
    assert Lead.objects.awaiting_consultant().get() == lead


def test_assign_lead_without_any_rule_waits_in_the_queue(db):
    assignment = give(make_lead())
    assert assignment.outcome == "no_consultants_available"
    assert assignment.reason == "No active assignment rule serves this lead"


def test_assign_waiting_leads_when_somebody_returns_gives_hottest_first(trio):
    make_circle(trio[0])
    people.set_accepting(trio[0].user, False)
    cold, hot = make_lead(score=10), make_lead(score=90)
    give(cold)
    give(hot)
    ledger_rows = Assignment.objects.count()
    assert assigning.assign_waiting_leads() == 0
    assert Assignment.objects.count() == ledger_rows
    people.set_accepting(trio[0].user, True)
    assert assigning.assign_waiting_leads() == 2
    given = Assignment.objects.filter(outcome="assigned").order_by("id").values_list("lead_id", flat=True)
    assert list(given) == [hot.pk, cold.pk]


def test_assign_waiting_leads_behind_leads_that_nobody_may_take_finds_their_consultant(trio):
    make_circle(name="pt", languages=["pt"])
    make_circle(trio[0], name="en", languages=["en"])
    people.set_accepting(trio[0].user, False)
    for _ in range(assigning.QUEUE_BATCH + 5):
        give(make_lead(score=90, language="pt"))
    behind = make_lead(score=10, language="en")
    give(behind)
    people.set_accepting(trio[0].user, True)

    assert assigning.assign_waiting_leads() == 1

    behind.refresh_from_db()
    assert behind.consultant == trio[0]


def test_assign_waiting_leads_asks_a_circle_that_refused_once_only(trio, django_assert_max_num_queries):
    make_circle(name="pt", languages=["pt"])
    make_circle(name="en", languages=["en"])
    for _ in range(20):
        give(make_lead(language="pt"))

    with django_assert_max_num_queries(12):
        assert assigning.assign_waiting_leads() == 0


def test_assign_waiting_leads_whose_first_rule_is_empty_reaches_the_next_rule(trio):
    make_circle(name="first", position=0, fallback="next_rule")
    make_circle(trio[0], name="second", position=1)
    people.set_accepting(trio[0].user, False)
    waiting = [make_lead(), make_lead()]
    for lead in waiting:
        give(lead)
    people.set_accepting(trio[0].user, True)

    assert assigning.assign_waiting_leads() == 2


def test_assign_by_hand_as_consultant_is_refused(trio):
    with pytest.raises(NotAllowedError):
        assigning.assign_by_hand(user=trio[0].user, lead_id=make_lead().pk)


def test_assign_by_hand_gives_to_the_named_consultant(trio):
    manager = make_manager()
    lead = make_lead(consultant=trio[0])
    assignment = assigning.assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=trio[2].pk)
    assert (assignment.consultant, assignment.previous_consultant) == (trio[2], trio[0])
    lead.refresh_from_db()
    assert (lead.consultant, lead.version) == (trio[2], 2)


@pytest.mark.django_db(transaction=True)
def test_assign_lead_from_sixteen_threads_stays_exactly_fair():
    consultants = [make_consultant() for _ in range(5)]
    make_circle(*consultants)
    leads = [make_lead() for _ in range(203)]

    def worker(lead: Lead) -> None:
        give(lead)
        connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(worker, leads))
    counts = Counter(Assignment.objects.values_list("consultant_id", flat=True))
    assert sum(counts.values()) == 203
    assert max(counts.values()) - min(counts.values()) <= 1
    steps = Assignment.objects.order_by("id").values_list("pointer_before", "pointer_after")
    assert all(after == before % 5 + 1 for before, after in steps)
