"""Thousands of leads given out by many processes at once, while people come and go and workers die.

The full runs (10,000 leads, 16 processes) are marked slow; each has a short one that runs always.
"""

import json
import multiprocessing
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from itertools import combinations

import pytest
from django.db import connection, connections
from django.utils import timezone

from leads import deliveries
from leads.assignment_ledger import contradictions
from leads.models import Assignment, CircleLayout, Consultant, Delivery, Lead, RuleMember, Source
from leads.tests.makers import make_circle, make_consultant, make_statuses

pytestmark = pytest.mark.django_db(transaction=True)
_fork = multiprocessing.get_context("fork")

SHORT = (90, 3)
FULL_SIZE = (10_000, 16)
FULL = pytest.param(FULL_SIZE, marks=pytest.mark.slow)
EITHER = pytest.mark.parametrize("size", [SHORT, FULL], ids=["short", "full"])
# The short run counts what is done, so that a busy machine does not kill more often than it works
KILLS_DUE = {SHORT: lambda done, _: done // 20, FULL_SIZE: lambda _, seconds: seconds // 2}
DEADLINE_SECONDS = 600


def owe_leads(count):
    """So many webhooks, stored and not yet understood."""
    make_statuses()
    source = Source.objects.create(slug="runs", name="Runs", secret="x")
    Delivery.objects.bulk_create(
        [
            Delivery(
                source=source,
                content_type="application/json",
                body=json.dumps({"name": f"Lead {number}", "phone": f"+5511{900000000 + number}"}).encode(),
            )
            for number in range(count)
        ],
        batch_size=1000,
    )


def process_all(processes, kills_due=lambda processed, seconds: 0):
    """Workers take what is owed until nothing is; as many as `kills_due` says are killed and replaced.

    What the dead had claimed is due again when nobody has anything else to do, not after a lease's minute.
    """
    workers = [_start_worker() for _ in range(processes)]
    began, kills = time.monotonic(), 0
    while _owed():
        seconds = time.monotonic() - began
        assert seconds < DEADLINE_SECONDS, "the workers do not come to an end"
        if kills < kills_due(Delivery.objects.exclude(state__in=deliveries.OWED).count(), seconds):
            # Not by its number: whoever finds nothing owed may have ended by itself just now
            random.choice(workers).kill()
            kills += 1
        if not any(worker.is_alive() for worker in workers):
            Delivery.objects.filter(state__in=deliveries.OWED).update(next_attempt_at=timezone.now())
        workers = [worker if worker.is_alive() else _start_worker() for worker in workers]
        time.sleep(0.05)
    for worker in workers:
        worker.join()
    return kills


def _owed():
    return Delivery.objects.filter(state__in=deliveries.OWED).exists()


def _start_worker():
    connections.close_all()  # a child that inherits an open one would end it for both
    worker = _fork.Process(target=_work)
    worker.start()
    return worker


def _work():
    while deliveries.process_pending():
        pass
    connections.close_all()


@contextmanager
def people_coming_and_going(consultants):
    """Everybody but the first switches between accepting leads and not, all the time."""
    is_over = threading.Event()

    def switch():
        while not is_over.wait(0.01):
            someone = random.choice(consultants[1:])
            Consultant.objects.filter(pk=someone.pk).update(is_accepting_leads=random.random() < 0.5)
        connection.close()

    switching = threading.Thread(target=switch)
    switching.start()
    try:
        yield
    finally:
        is_over.set()
        switching.join()


def assert_every_lead_has_its_outcome(count):
    assert dict(Counter(Delivery.objects.values_list("state", flat=True))) == {"processed": count}
    assert Lead.objects.count() == count
    assert Counter(Assignment.objects.values_list("outcome", flat=True)) == {"assigned": count}
    assert Assignment.objects.values("lead").distinct().count() == count
    assert not Lead.objects.filter(consultant=None).exists()
    assert list(contradictions()) == []


def assert_every_turn_passed_over_has_its_reason():
    """From one pointer to the next lie the turns of those passed over, and no others."""
    [turns] = CircleLayout.objects.values_list("turns", flat=True)
    names = {pk: str(one) for pk, one in Consultant.objects.select_related("user").in_bulk().items()}
    for before, after, passed_over in Assignment.objects.values_list(
        "pointer_before", "pointer_after", "passed_over"
    ):
        steps = (after - before) % len(turns) or len(turns)
        between = {names[turns[(before + step) % len(turns)]] for step in range(steps - 1)}
        assert {seat["consultant"] for seat in passed_over} == between


def assert_whoever_stays_gets_as_much_as_whoever_else_stays():
    """Over any stretch of decisions that passed neither of two over, they got the same number within one: nobody
    falls behind, or is flooded, because others come and go."""
    decided = [
        (consultant, {seat["consultant"] for seat in passed_over})
        for consultant, passed_over in Assignment.objects.order_by("id").values_list(
            "consultant__user__username", "passed_over"
        )
    ]
    for one, other in combinations({consultant for consultant, _ in decided}, 2):
        ahead = least = most = 0
        for consultant, passed_over in decided:
            if passed_over & {one, other}:
                ahead = least = most = 0
                continue
            ahead += (consultant == one) - (consultant == other)
            least, most = min(least, ahead), max(most, ahead)
            assert most - least <= 1


def given():
    """How many leads each consultant has, those without any included."""
    counts = Counter(Lead.objects.values_list("consultant_id", flat=True))
    return {pk: counts[pk] for pk in Consultant.objects.values_list("pk", flat=True)}


@pytest.mark.parametrize(
    ("people", "size"),
    [(7, SHORT), *(pytest.param(people, FULL_SIZE, marks=pytest.mark.slow) for people in (1, 7, 100))],
)
def test_equal_consultants_get_the_same_number_of_leads_within_one(people, size):
    count, processes = size
    make_circle(*[make_consultant() for _ in range(people)])
    owe_leads(count)

    process_all(processes)

    assert_every_lead_has_its_outcome(count)
    assert max(given().values()) - min(given().values()) <= 1


@EITHER
def test_weighted_consultants_are_within_one_lead_of_their_share_after_every_decision(size):
    count, processes = size
    weights = [5, 3, 2, 2, 1, 1, 1]
    rule = make_circle(*[make_consultant() for _ in weights], weights=weights)
    owe_leads(count)

    process_all(processes)

    assert_every_lead_has_its_outcome(count)
    seats = dict(RuleMember.objects.filter(rule=rule).values_list("consultant_id", "weight"))
    total, had = sum(weights), Counter()
    decided = Assignment.objects.order_by("id").values_list("consultant_id", flat=True)
    for number, consultant_id in enumerate(decided, start=1):
        had[consultant_id] += 1
        for seat, weight in seats.items():
            assert abs(had[seat] - number * weight / total) <= 1


@EITHER
def test_every_lead_finds_somebody_while_consultants_switch_their_availability(size):
    count, processes = size
    consultants = [make_consultant() for _ in range(7)]
    make_circle(*consultants)
    owe_leads(count)

    with people_coming_and_going(consultants):
        process_all(processes)

    assert_every_lead_has_its_outcome(count)
    passed_over = Assignment.objects.exclude(passed_over=[]).values_list("passed_over", flat=True)
    assert {seat["why"] for seats in passed_over for seat in seats} <= {"not_accepting"}
    assert_every_turn_passed_over_has_its_reason()
    assert_whoever_stays_gets_as_much_as_whoever_else_stays()


@EITHER
def test_no_lead_is_lost_doubled_or_unfair_when_workers_are_killed(size):
    count, processes = size
    make_circle(*[make_consultant() for _ in range(7)])
    owe_leads(count)

    kills = process_all(processes, KILLS_DUE[size])

    assert kills
    assert_every_lead_has_its_outcome(count)
    assert max(given().values()) - min(given().values()) <= 1


def test_lease_of_a_killed_worker_brings_its_deliveries_back():
    make_circle(make_consultant())
    owe_leads(1)
    [claimed] = deliveries.claim_batch()

    assert deliveries.process_pending() == 0
    Delivery.objects.update(next_attempt_at=claimed.next_attempt_at - deliveries.LEASE - timedelta(seconds=1))
    assert deliveries.process_pending() == 1
    assert_every_lead_has_its_outcome(1)
