"""Leads given by the round robin, ledger and timeline included, beside one bare update and one insert."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from uuid import UUID

import psycopg
from django.db import connections, transaction

from bench.report import Result
from leads.actors import SYSTEM
from leads.models import Assignment, Lead, Status
from leads.services.assigning import assign_lead

SECONDS = 2.0
CLIENTS = (1, 4, 16)
LEADS_PER_CLIENT = 200
_fork = multiprocessing.get_context("fork")


def measure() -> Iterator[Result]:
    status = Status.objects.first()
    for clients in CLIENTS:
        bare = _per_second(clients, _bare, [[] for _ in range(clients)])
        leads = [_new_leads(status) for _ in range(clients)]
        ours = _per_second(clients, _assign, leads)
        yield Result(
            f"round-robin assignments, {clients} clients",
            f"{ours:.0f}/s",
            f"bare UPDATE … RETURNING + INSERT {bare:.0f}/s",
            ours / bare,
            "≥ 0.35",
        )


def _new_leads(status: Status | None) -> list[UUID]:
    rows = Lead.objects.bulk_create(Lead(name="Bench", status=status) for _ in range(LEADS_PER_CLIENT))
    return [row.pk for row in rows]


def _per_second(clients: int, work: Callable[[list[UUID], float], int], leads: list[list[UUID]]) -> float:
    """All clients begin together; what each got done in the time is added up."""
    connections.close_all()
    begin = time.time() + 0.5 + clients * 0.05
    done = _fork.SimpleQueue()
    processes = [_fork.Process(target=_client, args=(work, own, begin, done)) for own in leads]
    for process in processes:
        process.start()
    total = sum(done.get() for _ in processes)
    for process in processes:
        process.join()
    return total / SECONDS


def _client(work: Callable[[list[UUID], float], int], leads: list[UUID], begin: float, done: object) -> None:
    connections.close_all()
    time.sleep(max(0.0, begin - time.time()))
    done.put(work(leads, begin + SECONDS))
    connections.close_all()


def _assign(leads: list[UUID], until: float) -> int:
    """Each lead again and again: it goes around the circle."""
    number = 0
    for lead_id in cycle(leads):
        if time.time() > until:
            break
        with transaction.atomic():
            lead = Lead.objects.select_for_update().get(pk=lead_id)
            assign_lead(lead=lead, actor=SYSTEM, trigger=Assignment.Trigger.ARRIVAL)
        number += 1
    return number


def _bare(_: list[UUID], until: float) -> int:
    number = 0
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        while time.time() < until:
            with connection.transaction():
                connection.execute(
                    "UPDATE bench_pointer SET turn = turn + 1 WHERE id = 1 RETURNING turn"
                ).fetchone()
                connection.execute("INSERT INTO bench_row (body) VALUES (%s)", [b"assigned"])
            number += 1
    return number
