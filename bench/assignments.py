"""Leads given by the round robin, ledger and timeline included, beside one bare update and one insert."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator

import psycopg
from django.db import connections, transaction

from bench.report import Result
from leads.actors import SYSTEM
from leads.models import Assignment, Lead, Status
from leads.services.assigning import assign_lead

SECONDS = 2.0
CLIENTS = (1, 4, 16)
LEADS = 6000
_fork = multiprocessing.get_context("fork")


def measure() -> Iterator[Result]:
    status = Status.objects.first()
    for clients in CLIENTS:
        bare = _per_second(clients, _bare, [[] for _ in range(clients)])
        leads = [_new_leads(status, LEADS // clients + 200) for _ in range(clients)]
        ours = _per_second(clients, _assign, leads)
        yield Result(
            f"round-robin assignments, {clients} clients",
            f"{ours:.0f}/s",
            f"bare UPDATE … RETURNING + INSERT {bare:.0f}/s",
            ours / bare,
            "≥ 0.35",
        )


def _new_leads(status: Status | None, count: int) -> list[Lead]:
    return Lead.objects.bulk_create(Lead(name="Bench", status=status) for _ in range(count))


def _per_second(clients: int, work: Callable[[list[Lead], float], int], leads: list[list[Lead]]) -> float:
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
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        while time.time() < until:
            with connection.transaction():
                connection.execute(
                    "UPDATE bench_pointer SET turn = turn + 1 WHERE id = 1 RETURNING turn"
                ).fetchone()
                connection.execute("INSERT INTO bench_row (body) VALUES (%s)", [b"assigned"])
            number += 1
    return number
