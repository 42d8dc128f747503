"""Round robin: exact, explained, and in order whatever happens at the same instant."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest
from django.db import OperationalError, connection, transaction

from leads import clock
from leads.actors import SYSTEM
from leads.assignment import pick_consultant
from leads.assignment_ledger import contradictions
from leads.errors import NotAllowedError
from leads.models import Assignment, AssignmentRule, Consultant, Lead, RuleMember, WorkingHours
from leads.services import assigning, people
from leads.services.taking import take_lead
from leads.tests.locks import in_own_connection, wait_for_lock_waiters
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager


def give(lead: Lead) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")


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


def test_assign_by_hand_to_whoever_has_the_lead_changes_nothing(trio):
    manager = make_manager()
    lead = make_lead()
    first = assigning.assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=trio[0].pk)
    lead.refresh_from_db()
    again = assigning.assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=trio[0].pk)
    assert again == first
    assert Assignment.objects.filter(lead=lead).count() == 1
    assert Lead.objects.get(pk=lead.pk).version == lead.version


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("wishes", "rows"), [((1, 2), 2), ((1, 1), 1)])
def test_assign_by_hand_by_two_managers_at_once_the_later_decides_and_the_ledger_has_both(wishes, rows):
    consultants = [make_consultant(name) for name in ("ana", "bia", "carlos")]
    managers = [make_manager(), make_manager()]
    lead = make_lead()
    assigning.assign_by_hand(user=managers[0], lead_id=lead.pk, consultant_id=consultants[0].pk)

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Lead.objects.select_for_update().get(pk=lead.pk)
            wanted = [
                pool.submit(
                    in_own_connection,
                    assigning.assign_by_hand,
                    user=manager,
                    lead_id=lead.pk,
                    consultant_id=consultants[wish].pk,
                )
                for manager, wish in zip(managers, wishes, strict=True)
            ]
            wait_for_lock_waiters(2)
        for wish in wanted:
            wish.result()

    decisions = list(Assignment.objects.filter(lead=lead).order_by("pk"))[1:]
    lead.refresh_from_db()
    assert len(decisions) == rows
    assert [one.previous_consultant for one in decisions] == [
        consultants[0],
        *(one.consultant for one in decisions[:-1]),
    ]
    assert decisions[-1].consultant == lead.consultant
    assert all(one.reason == f"Given to {one.consultant} by {one.user}" for one in decisions)
    assert list(contradictions()) == []


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


def decide_at_once(leads: list[Lead]) -> None:
    """Assign all leads in threads that have met at the rule's row: none commits before all have asked."""
    with ThreadPoolExecutor(len(leads)) as pool:
        with transaction.atomic():
            AssignmentRule.objects.select_for_update().get()
            decisions = [pool.submit(give_and_close, lead) for lead in leads]
            wait_for_lock_waiters(len(leads))
        for decision in decisions:
            decision.result()


def give_and_close(lead: Lead) -> None:
    try:
        give(lead)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_assign_lead_twice_at_once_keeps_to_the_capacity():
    make_circle(make_consultant("ana", max_open_leads=1))
    leads = [make_lead(), make_lead()]

    decide_at_once(leads)

    outcomes = sorted(Assignment.objects.values_list("outcome", flat=True))
    assert outcomes == ["assigned", "no_consultants_available"]
    assert Lead.objects.exclude(consultant=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_assign_lead_by_two_rules_at_once_keeps_to_the_capacity_of_one_consultant():
    ana, bia = make_consultant("ana", max_open_leads=1), make_consultant("bia")
    for name in ("Recife", "Natal"):
        make_circle(ana, bia, name=name, cities=[name])
    first, second = make_lead(city="Recife"), make_lead(city="Natal")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assigning.assign_lead(lead=first, actor=SYSTEM, trigger="arrival")
            other = pool.submit(give_and_close, second)
            wait_for_lock_waiters(1)
        other.result()

    assert Counter(Lead.objects.values_list("consultant_id", flat=True)) == {ana.pk: 1, bia.pk: 1}
    decision = Assignment.objects.get(consultant=bia)
    assert decision.passed_over == [{"consultant": "ana", "why": "full"}]
    assert (decision.pointer_before, decision.pointer_after) == (0, 2)
    assert list(contradictions()) == []


@pytest.mark.django_db(transaction=True)
def test_assign_lead_by_many_rules_at_once_never_exceeds_a_capacity():
    consultants = [make_consultant(max_open_leads=limit) for limit in (3, 5, 7)]
    for number in range(6):
        make_circle(*consultants, name=f"city{number}", cities=[f"city{number}"])
    leads = [make_lead(city=f"city{number % 6}") for number in range(30)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(give_and_close, leads))

    given = Counter(Lead.objects.exclude(consultant=None).values_list("consultant_id", flat=True))
    assert given == {one.pk: one.max_open_leads for one in consultants}
    assert Lead.objects.awaiting_consultant().count() == 15
    assert list(contradictions()) == []


@pytest.mark.django_db(transaction=True)
def test_take_lead_beside_a_circle_keeps_to_the_capacity():
    ana, bia = make_consultant("ana", max_open_leads=1), make_consultant("bia")
    make_circle(ana, name="Pool", strategy="pool", cities=["Recife"])
    make_circle(ana, bia, name="Circle", position=1)
    pooled, other_lead = make_lead(city="Recife"), make_lead()
    give(pooled)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take_lead(user=ana.user, lead_id=pooled.pk)
            other = pool.submit(give_and_close, other_lead)
            wait_for_lock_waiters(1)
        other.result()

    assert Counter(Lead.objects.values_list("consultant_id", flat=True)) == {ana.pk: 1, bia.pk: 1}


@pytest.mark.django_db(transaction=True)
def test_assign_lead_to_the_least_busy_at_once_evens_them_out():
    busy, free = make_consultant(), make_consultant()
    make_lead(consultant=busy)
    make_circle(busy, free, strategy="least_busy")

    decide_at_once([make_lead() for _ in range(3)])

    assert Counter(Lead.objects.values_list("consultant_id", flat=True)) == {busy.pk: 2, free.pk: 2}


@pytest.mark.django_db(transaction=True)
def test_assign_lead_refused_by_the_database_raises_an_error_of_django():
    make_circle(make_consultant())
    lead = make_lead()

    def impatient() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = 50")
            give_and_close(lead)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        AssignmentRule.objects.select_for_update().get()
        error = pool.submit(impatient).exception()
    assert isinstance(error, OperationalError)


@pytest.mark.django_db(transaction=True)
def test_pick_consultant_as_dry_run_waits_for_nobody_and_moves_nothing():
    rule, lead = make_circle(make_consultant()), make_lead()

    def look() -> int | None:
        try:
            return pick_consultant(lead, is_dry_run=True).consultant_id
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        AssignmentRule.objects.select_for_update().get()
        looked = pool.submit(look)
        assert looked.result(timeout=10) is not None

    rule.refresh_from_db()
    assert (rule.pointer, rule.decisions) == (0, 0)


def test_assign_waiting_leads_with_a_lead_that_cannot_be_decided_gives_the_others(db, caplog):
    broken, ana = make_consultant("broken"), make_consultant("ana")
    make_circle(broken, name="Broken", products=["boat"])
    make_circle(ana, name="Sound", products=["house"])
    WorkingHours.objects.create(consultant=broken, weekday=1, starts=time(9), ends=time(18))
    Consultant.objects.filter(pk=broken.pk).update(timezone="Nowhere/Atall")
    make_lead(product="boat", score=90, name="Secret", awaits_consultant_since=clock.now())
    behind = make_lead(product="house", score=10, awaits_consultant_since=clock.now())

    assert assigning.assign_waiting_leads() == 1

    behind.refresh_from_db()
    assert behind.consultant == ana
    (record,) = caplog.records
    assert (record.message, record.error) == ("waiting lead not assigned", "DataError")


@pytest.mark.django_db(transaction=True)
def test_lead_that_stays_with_its_consultant_and_a_turn_of_the_circle_do_not_lock_each_other_out():
    """One writes the consultant and names the rule in the ledger, the other holds the rule and asks for
    the consultant."""
    ana = make_consultant("ana", max_open_leads=100)
    make_circle(ana)
    mine, new = make_lead(consultant=ana), make_lead()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            kept = assigning.assign_lead(lead=mine, actor=SYSTEM, trigger="arrival")
            turn = pool.submit(give_and_close, new)
            wait_for_lock_waiters(1)
        turn.result()

    new.refresh_from_db()
    assert (kept.outcome, new.consultant) == ("kept", ana)
