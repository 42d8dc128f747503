"""Leads knock while PostgreSQL goes away and the worker is killed: who got a 202 has a lead, and only one."""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from leads.ledger import read_ledger
from leads.models import Delivery, Lead, LeadIdentity, Source
from tests.outages import OwnServer, shut_out
from tests.stack import Stack, create_database, manage, orm_looks_at, stack_environment, wait_for

pytestmark = pytest.mark.system

CONNECTIONS = 16
# Fewer try the test itself out.
CROWD = int(os.environ.get("CRASH_LEADS", "10000"))
# A busy machine is behind for longer than the ledger likes; nothing is lost by that.
SLOW = "due for more than"


@pytest.fixture(scope="module")
def stack_settings() -> Mapping[str, str]:
    """A stack of its own, for its worker is killed and its database taken away."""
    return {}


HEADERS = {"Authorization": "Bearer demo-secret", "Content-Type": "application/json"}


class Senders:
    """People who fill in a form, sixteen at a time. Each tries again until the answer is 202."""

    def __init__(self, port: int, people: int) -> None:
        self.port = port
        self.people = people
        self.answers: Counter[int] = Counter()
        self.deliveries: dict[str, int] = {}
        self._numbers = iter(range(people))
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(CONNECTIONS)
        self._runs = [self._pool.submit(self._send_all) for _ in range(CONNECTIONS)]

    def wait_until(self, share: float) -> None:
        wanted = int(self.people * share)
        wait_for(lambda: len(self.deliveries) >= wanted, seconds=600, what=f"{wanted} acknowledged leads")

    def finish(self) -> None:
        for run in self._runs:
            run.result(timeout=600)
        self._pool.shutdown()

    def _send_all(self) -> None:
        wire = HTTPConnection("127.0.0.1", self.port, timeout=30)
        while (number := self._next()) is not None:
            while (status := self._send(wire, number)) != 202:
                self.answers[status] += 1
                wire.close()
                time.sleep(0.2)
        wire.close()

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _send(self, wire: HTTPConnection, number: int) -> int:
        """The answer's status; 0 where none came."""
        body = json.dumps({"nome": f"Pessoa {number}", "telefone": phone_of(number)})
        try:
            wire.request("POST", "/webhooks/leads/site/", body, HEADERS)
            response = wire.getresponse()
            answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError):
            return 0
        if response.status == 202:
            self.deliveries[answer["delivery"]] = number
        return response.status


def phone_of(number: int) -> str:
    return f"+55119{80_000_000 + number}"


class Auditor:
    """Reads the ledger again and again while everything happens."""

    def __init__(self, senders: Senders) -> None:
        self.senders = senders
        self.readings = 0
        self.faults: list[str] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def finish(self) -> None:
        self._is_over.set()
        self._thread.join(timeout=60)

    def _watch(self) -> None:
        while not self._is_over.wait(0.2):
            acknowledged = len(self.senders.deliveries)
            try:
                ledger = read_ledger()
            except (DatabaseError, InterfaceError):
                connection.close()
                continue
            self.readings += 1
            self.faults += [fault for fault in ledger.faults if SLOW not in fault]
            if ledger.received != sum(ledger.states.values()) or ledger.received < acknowledged:
                self.faults.append(
                    f"{acknowledged} acknowledged, {ledger.received} received, {ledger.states}"
                )
        connection.close()


def end_leases() -> None:
    """What a killed worker held is due again: as if the minute of its lease were over."""
    pending = Delivery.objects.filter(state__in=("received", "failed"))
    pending.update(next_attempt_at=timezone.now())


def all_settled() -> bool:
    return not Delivery.objects.filter(state__in=("received", "failed")).exists()


def check(senders: Senders, auditor: Auditor) -> None:
    """Every 202 has its lead; nobody twice; the ledger added up whenever it was read."""
    assert len(senders.deliveries) == senders.people
    with_leads = Delivery.objects.filter(pk__in=senders.deliveries, leads__isnull=False)
    states = dict(with_leads.values_list("pk", "state"))
    assert len(states) == senders.people
    assert set(states.values()) <= {"processed", "duplicate"}
    phones = [phone_of(number) for number in range(senders.people)]
    leads = Lead.objects.filter(phone__in=phones)
    assert leads.count() == leads.distinct().count() == senders.people
    assert LeadIdentity.objects.filter(key__in=phones).count() == senders.people
    assert Delivery.objects.exclude(state__in=("processed", "duplicate")).count() == 0
    assert auditor.readings > 3
    assert auditor.faults == []
    call_command("check_deliveries")


def let_many_in() -> None:
    Source.objects.filter(slug="site").update(rate_per_minute=1_000_000)


def test_leads_of_a_short_outage_and_of_two_killed_workers_are_all_there_once(stack: Stack):
    let_many_in()
    senders = Senders(stack.port, 300)
    auditor = Auditor(senders)

    senders.wait_until(0.2)
    stack.kill_worker()
    stack.start_worker()
    senders.wait_until(0.4)
    shut_out(connection.settings_dict["NAME"], seconds=2)
    stack.kill_worker()
    stack.start_worker()
    senders.finish()
    connection.close()
    end_leases()

    wait_for(all_settled, seconds=60, what="the end of the queue")
    auditor.finish()
    check(senders, auditor)
    assert senders.answers[503] > 0, "the outage was not felt"
    assert set(senders.answers) <= {0, 503}


@pytest.fixture
def crashable(django_db_blocker, tmp_path_factory) -> Iterator[tuple[Stack, OwnServer]]:
    """The whole system on a PostgreSQL of its own. Not in pytest's folder, which each new run locks again."""
    database = "crashable"
    with (
        django_db_blocker.unblock(),
        TemporaryDirectory(prefix="crashable-") as folder,
        OwnServer(Path(folder)).in_use() as server,
    ):
        create_database(database)
        for command in ("migrate", "seed_demo"):
            manage(command, "--verbosity", "0", environment=stack_environment(database))
        running = Stack(database, tmp_path_factory.mktemp(database), {})
        with orm_looks_at(database):
            try:
                running.start()
                yield running, server
            finally:
                running.stop()


@pytest.mark.slow
def test_ten_thousand_leads_survive_a_crash_of_postgresql_and_two_of_the_worker(crashable):
    running, server = crashable
    let_many_in()
    senders = Senders(running.port, CROWD)
    auditor = Auditor(senders)

    senders.wait_until(0.25)
    running.kill_worker()
    running.start_worker()
    senders.wait_until(0.5)
    server.crash_for(5)
    senders.wait_until(0.75)
    running.kill_worker()
    running.start_worker()
    senders.finish()
    connection.close()

    wait_for(all_settled, seconds=1500, what="the end of the queue")
    auditor.finish()
    check(senders, auditor)
