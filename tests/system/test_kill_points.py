"""Real workers killed at every named place of a turn: one reply each, nobody unanswered, silence after a takeover."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from agent.models import AgentTurn, Dialogue
from agent.tests.model_answers import ASKS_WHERE
from agent.tests.openai_double import OpenAIDouble
from crm.processes import worker_command
from leads.models import User
from leads.wakeups import wake
from tests.stack import Stack, create_database, drop_database, orm_looks_at, wait_for, worker_name
from tests.system.kill_points import POINTS, TRIGGERS, KillPoint, Wires, word_of
from tests.system.twilio_client import AGENT_LINE, inbound
from whatsapp import arrivals, line_memory
from whatsapp import services as whatsapp
from whatsapp.models import Arrival, Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.reconciliation import MISSING_FOR, settle_unconfirmed
from whatsapp.services.retrying import retry_automatically
from whatsapp.sweeps import take_in_arrivals
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN, TwilioDouble

pytestmark = pytest.mark.system
THREADS = 32
MOST_AT_ONCE = 25
TAKEN_OVER_EVERY = 3
# Before the call, before the commit, after it and after the send; the slow run has them all
SOME_POINTS = POINTS[::2]
_numbers = itertools.count(1)


@dataclass
class Run:
    """A client whose turn stood at `point` when the worker died; '' where it was somewhere else by then."""

    client: str
    point: str = ""
    heard_before_takeover: list[str] | None = None


@dataclass
class Field:
    """A workspace whose workers are killed, and what came of everybody who wrote."""

    stack: Stack
    wires: Wires
    runs: list[Run] = field(default_factory=list)

    def killed_at(self, point: KillPoint) -> list[Run]:
        return [run for run in self.runs if run.point == point.name]

    def kill_at(self, point: KillPoint, clients: int) -> None:
        """Let `clients` write and kill the worker where their turns stand. A person takes some of them over."""
        written = [write_in() for _ in range(clients)]
        with point.hold(self.wires):
            self.stack.start_worker()
            wake(take_in_arrivals)
            standing = self._standing(point, written)
            self.stack.kill_worker()
        for number, client in enumerate(written):
            run = Run(client, point.name if client in standing else "")
            if number % TAKEN_OVER_EVERY == 1:
                self._take_over(run)
            self.runs.append(run)

    def _standing(self, point: KillPoint, written: list[str]) -> set[str]:
        """Whoever stands there once all do, or once nobody has joined them for a while."""
        standing: set[str] = set()
        deadline = changed = time.monotonic()
        while len(standing) < len(written) and (not standing or time.monotonic() < changed + 1.5):
            assert time.monotonic() < deadline + 60, f"nobody came {point.name}\n{self.stack.logs()}"
            time.sleep(0.05)
            if (now := point.standing(self.wires, written)) != standing:
                standing, changed = now, time.monotonic()
        return standing

    def _take_over(self, run: Run) -> None:
        conversation = Conversation.objects.filter(client_address=run.client).first()
        if conversation is not None:
            manager = User.objects.get(username="manager")
            whatsapp.take_over(conversation_id=conversation.pk, user=manager)
            run.heard_before_takeover = self.heard_by(run.client)

    def heard_by(self, client: str) -> list[str]:
        return [message["body"] for message in self.wires.twilio.accepted if message["to"] == client]

    def expire_leases(self) -> None:
        """As if the time had passed for which dead workers hold what they took."""
        Dialogue.objects.exclude(lease_until=None).update(lease_until=timezone.now())
        Message.objects.filter(status="sending").update(lease_until=timezone.now())

    def recover(self) -> None:
        """One worker that nobody kills, and the sweeps, until no row owes anything."""
        self.stack.start_worker()
        wait_for(self._is_settled, seconds=180, what="the end of all that was owed")
        self.stack.kill_worker()

    def _is_settled(self) -> bool:
        """The minutes that Twilio's list is given for a message in doubt are not waited for."""
        in_doubt = Message.objects.filter(status="unknown")
        in_doubt.update(
            updated_at=F("updated_at") - MISSING_FOR, missed_since=F("missed_since") - MISSING_FOR
        )
        settle_unconfirmed()
        retry_automatically()
        Message.objects.exclude(retry_of=None).update(send_after=F("created_at"))
        on_the_way = Message.objects.filter(status__in=["queued", "sending", "unknown"])
        unanswered = Conversation.objects.unanswered()
        return not any(owed.exists() for owed in (Arrival.objects.all(), unanswered, on_the_way))

    def check(self) -> Counter[str]:
        """Both sides, client by client: what Twilio accepted, and what the rows say. Returns runs by point."""
        for run in self.runs:
            heard = self.heard_by(run.client)
            assert len(heard) == len(set(heard)), f"{run} heard something twice: {heard}"
            if run.heard_before_takeover is None:
                self._check_answered_once(run, heard)
            else:
                assert heard == run.heard_before_takeover, f"{run} heard the agent after a takeover"
        return Counter(run.point for run in self.runs)

    def _check_answered_once(self, run: Run, heard: list[str]) -> None:
        conversation = Conversation.objects.get(client_address=run.client)
        replies = AgentTurn.objects.filter(conversation=conversation, outcome="replied")
        assert replies.count() == 1, f"{run} was decided upon {replies.count()} times"
        said = conversation.messages.filter(direction="out")
        assert heard, f"{run} was never answered: {list(said.values_list('status', 'error_code'))}"
        assert sorted(heard) == sorted(set(said.values_list("body", flat=True))), f"{run} heard {heard}"
        assert said.filter(status="sent").count() == len(heard)


def write_in() -> str:
    """A new client's first message, durable as a webhook leaves it. Returns who wrote."""
    phone = f"+55119{70_000_000 + next(_numbers)}"
    form = inbound(phone, f"Quero comprar um apartamento perto da {word_of(phone)}")
    *_, line = line_memory.readings_of(AGENT_LINE)
    assert line is not None
    assert arrivals.store(line, InboundMessage.parse(form))
    return form["From"]


@pytest.fixture
def wires() -> Iterator[Wires]:
    with TwilioDouble() as twilio, OpenAIDouble(standing={"answer": ASKS_WHERE}) as model:
        yield Wires(f"killed_{worker_name()}", model, twilio)


@pytest.fixture
def killing_field(
    workspace_template: str,
    wires: Wires,
    tmp_path,
    monkeypatch,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Field]:
    """Beat and, where a test starts it, a worker. The test's process wakes them and looks at their rows."""
    account = {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": wires.twilio.url,
    }
    for name, value in account.items():
        monkeypatch.setattr(settings, name, value)
    environment = account | {
        "OPENAI_BASE_URL": wires.model.base_url,
        "OPENAI_API_KEY": "test",
        "AGENT_DEBOUNCE_SECONDS": "0.3",
        "AGENT_TYPING_PACE": "0",
        "REDIS_PREFIX": settings.REDIS_PREFIX,
    }
    with django_db_blocker.unblock():
        create_database(wires.database, workspace_template)
        stack = Stack(wires.database, tmp_path, environment)
        stack.worker.command = worker_command(wires.database, concurrency=THREADS)
        # Whoever stands at a lock has a connection in hand: were they as few as usual, others could not come that far
        stack.worker.environment["DB_POOL_SIZE"] = str(THREADS)
        with orm_looks_at(wires.database), wires.connect() as owner:
            owner.execute(TRIGGERS)
            try:
                stack.beat.start()
                yield Field(stack, wires)
            finally:
                stack.stop()
        drop_database(wires.database)


def test_worker_killed_once_at_every_other_point_leaves_one_reply_each(killing_field):
    for point in SOME_POINTS:
        killing_field.kill_at(point, clients=2)
        killing_field.expire_leases()

    killing_field.recover()

    assert set(killing_field.check()) >= {point.name for point in SOME_POINTS}


@pytest.mark.slow
def test_three_hundred_turns_killed_at_every_point_leave_one_reply_each(killing_field):
    """Leases are waited for. A point is come back to until fifty turns have stood there, and what it left is answered
    before the next, so that nobody else's messages fill the worker's hands."""
    for point in POINTS:
        while (missing := 50 - len(killing_field.killed_at(point))) > 0:
            killing_field.kill_at(point, clients=min(missing, MOST_AT_ONCE))
        killing_field.recover()

    counts = killing_field.check()
    print(dict(counts))
    assert all(counts[point.name] >= 50 for point in POINTS)
