"""Leads given by the round robin, ledger and timeline included, beside one bare update and one insert."""

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, TypeAlias

import psycopg
from django.db import connection, connections, transaction

from bench.report import Result
from leads.actors import SYSTEM
from leads.circles import seat
from leads.models import Assignment, AssignmentRule, Consultant, Lead, Status, User
from leads.services.assigning import assign_lead

SECONDS = 1.5
CLIENTS = (1, 4, 16)
LEADS = 3000
WARM_UP = 20  # pieces of work of each client before it is measured
SMALL_CIRCLE, LARGE_CIRCLE = 10, 10_000
ROUNDS = 3
Work: TypeAlias = Callable[[list[Lead]], Iterator[None]]
# The leads at hand are Django rows, which a forked process has without reading or packing them
_fork = multiprocessing.get_context("fork")


def measure() -> Iterator[Result]:
    plain = _circle_of(SMALL_CIRCLE)
    for clients in CLIENTS:
        # In turn, so that whatever else the machine does meanwhile slows one as much as the other
        rounds = [_round(clients) for _ in range(ROUNDS)]
        bare, *ours = map(median, zip(*rounds, strict=True))
        for place, name in enumerate(("", ", boards told")):
            yield Result(
                f"round-robin assignments, {clients} clients{name}",
                f"{ours[place]:.0f}/s",
                f"bare UPDATE … RETURNING + INSERT {bare:.0f}/s",
                median(assigned[place] / limit for limit, *assigned in rounds),
                "" if name else "≥ 0.35",
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


def _round(clients: int) -> tuple[float, ...]:
    """Per second: bare, decided, decided and told."""
    bare = _per_second(clients, _bare, [[] for _ in range(clients)])
    return bare, assigned_per_second(clients, _decide), assigned_per_second(clients, _decide_and_tell)


def assigned_per_second(clients: int, work: Work | None = None) -> float:
    status = Status.objects.first()
    leads = [_new_leads(status, LEADS // clients + 100) for _ in range(clients)]
    return _per_second(clients, work or _decide, leads)


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


def _per_second(clients: int, work: Work, leads: list[list[Lead]]) -> float:
    """All clients begin together; what each got done in the time is added up."""
    # Before the fork: two processes on one socket to PostgreSQL would read each other's answers
    connections.close_all()
    done, all_ready = _fork.SimpleQueue(), _fork.Barrier(clients)
    processes = [_fork.Process(target=_client, args=(work, own, all_ready, done)) for own in leads]
    for process in processes:
        process.start()
    total = sum(done.get() for _ in processes)
    for process in processes:
        process.join()
    return total / SECONDS


def _client(work: Work, leads: list[Lead], all_ready: Any, done: Any) -> None:
    """Connections last and plan a statement once: a client that has just begun is not what is measured."""
    connections.close_all()
    # As a worker does: the leads at hand, which no worker has, are not looked through while it measures
    gc.freeze()
    pieces = work(leads)
    for _ in range(WARM_UP):
        next(pieces)
    all_ready.wait()
    until, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        next(pieces)
        number += 1
    done.put(number)
    connections.close_all()


def _decide(leads: list[Lead]) -> Iterator[None]:
    """New leads at hand, as where one has just been received; each as far as it is durable."""
    for lead in leads:
        with transaction.atomic():
            assign_lead(lead=lead, actor=SYSTEM, trigger=Assignment.Trigger.ARRIVAL)
            # What is told after the commit: the other line has it
            connection.run_on_commit.clear()
        yield
    raise RuntimeError(f"{len(leads)} leads were not enough")


def _decide_and_tell(leads: list[Lead]) -> Iterator[None]:
    """The same, until boards and conversations have heard of it."""
    for lead in leads:
        with transaction.atomic():
            assign_lead(lead=lead, actor=SYSTEM, trigger=Assignment.Trigger.ARRIVAL)
        yield
    raise RuntimeError(f"{len(leads)} leads were not enough")


def _bare(_: list[Lead]) -> Iterator[None]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as client:
        while True:
            with client.transaction():
                client.execute(
                    "UPDATE bench_pointer SET turn = turn + 1 WHERE id = 1 RETURNING turn"
                ).fetchone()
                client.execute("INSERT INTO bench_row (body) VALUES (%s)", [b"assigned"])
            yield
