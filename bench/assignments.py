"""Leads given by the round robin, ledger and timeline included, beside one bare update and one insert."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from statistics import median

import psycopg
from django.db import connection, connections, transaction

from bench.report import Result
from leads.actors import SYSTEM
from leads.circles import seat
from leads.models import Assignment, AssignmentRule, Consultant, Lead, Status, User
from leads.services.assigning import assign_lead

SECONDS = 3.0
CLIENTS = (1, 4, 16)
LEADS = 6000
SMALL_CIRCLE, LARGE_CIRCLE = 10, 10_000
ROUNDS = 3
# The leads at hand are Django rows, which a forked process has without reading or packing them
_fork = multiprocessing.get_context("fork")


def measure() -> Iterator[Result]:
    plain = _circle_of(SMALL_CIRCLE)
    for clients in CLIENTS:
        bare = _per_second(clients, _bare, [[] for _ in range(clients)])
        ours = assigned_per_second(clients)
        yield Result(
            f"round-robin assignments, {clients} clients",
            f"{ours:.0f}/s",
            f"bare UPDATE … RETURNING + INSERT {bare:.0f}/s",
            ours / bare,
            "≥ 0.35",
        )
    small = median(assigned_per_second(4) for _ in range(ROUNDS))
    AssignmentRule.objects.filter(pk=plain.pk).update(is_active=False)
    _circle_of(LARGE_CIRCLE)
    large = median(assigned_per_second(4) for _ in range(ROUNDS))
    yield Result(
        f"round-robin assignments, {LARGE_CIRCLE:,} consultants",
        f"{large:.0f}/s",
        f"{SMALL_CIRCLE} consultants {small:.0f}/s",
        large / small,
        "≥ 0.83",
    )


def assigned_per_second(clients: int) -> float:
    status = Status.objects.first()
    return _per_second(clients, _assign, [_new_leads(status, LEADS // clients + 200) for _ in range(clients)])


def _circle_of(size: int) -> AssignmentRule:
    """The rule that decides from now on: so many consultants, everything else as a new rule has it."""
    users = User.objects.bulk_create(User(username=f"bench-{size}-{number}") for number in range(size))
    consultants = Consultant.objects.bulk_create(Consultant(user=user) for user in users)
    rule = AssignmentRule.objects.create(name=f"Circle of {size}", position=-1)
    seat(rule, consultants)
    with connection.cursor() as cursor:
        # As autovacuum would have by then: a plan made for an empty table would be measured otherwise
        cursor.execute("ANALYZE leads_circleturn, leads_rulemember, leads_consultant, leads_user")
    return rule


def _new_leads(status: Status | None, count: int) -> list[Lead]:
    return Lead.objects.bulk_create(Lead(name="Bench", status=status) for _ in range(count))


def _per_second(clients: int, work: Callable[[list[Lead], float], int], leads: list[list[Lead]]) -> float:
    """All clients begin together; what each got done in the time is added up."""
    # Before the fork: two processes on one socket to PostgreSQL would read each other's answers
    connections.close_all()
    # Time enough to fork them all: none counts while others still start
    begin = time.time() + 1.0 + clients * 0.1
    done = _fork.SimpleQueue()
    processes = [_fork.Process(target=_client, args=(work, own, begin, done)) for own in leads]
    for process in processes:
        process.start()
    total = sum(done.get() for _ in processes)
    for process in processes:
        process.join()
    return total / SECONDS


def _client(work: Callable[[list[Lead], float], int], leads: list[Lead], begin: float, done: object) -> None:
    connections.close_all()
    time.sleep(max(0.0, begin - time.time()))
    done.put(work(leads, begin + SECONDS))
    connections.close_all()


def _assign(leads: list[Lead], until: float) -> int:
    """New leads at hand, as where one has just been received."""
    number = 0
    for number, lead in enumerate(leads):
        if time.time() > until:
            return number
        with transaction.atomic():
            assign_lead(lead=lead, actor=SYSTEM, trigger=Assignment.Trigger.ARRIVAL)
    raise RuntimeError(f"{number + 1} leads were not enough")


def _bare(_: list[Lead], until: float) -> int:
    number = 0
    with psycopg.connect(os.environ["DATABASE_URL"]) as client:
        while time.time() < until:
            with client.transaction():
                client.execute(
                    "UPDATE bench_pointer SET turn = turn + 1 WHERE id = 1 RETURNING turn"
                ).fetchone()
                client.execute("INSERT INTO bench_row (body) VALUES (%s)", [b"assigned"])
            number += 1
    return number
