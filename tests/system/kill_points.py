"""Named places in an answered turn, where a real worker is held from outside and can be killed.

No hook in the program: PostgreSQL lets a statement wait, and the servers that play the model and Twilio
let a call wait. A worker that stands somewhere has done all before that place and nothing after it.
"""

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import psycopg

from agent.models import AgentTurn
from agent.tests.openai_double import OpenAIDouble, Step
from tests.stack import database_url
from whatsapp.models import Message
from whatsapp.tests.twilio_double import TwilioDouble

HELD_SECONDS = 9  # a worker gives up on the model, on Twilio and on a lock soon after
BEFORE_COMMIT, IN_COMMIT, AFTER_COMMIT = 7001, 7002, 7003
TRIGGERS = f"""
CREATE FUNCTION stand_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END $$;
CREATE TRIGGER before_commit BEFORE UPDATE ON agent_agentturn FOR EACH ROW
  WHEN (NEW.outcome = 'replied') EXECUTE FUNCTION stand_here({BEFORE_COMMIT});
CREATE CONSTRAINT TRIGGER in_commit AFTER UPDATE ON agent_agentturn DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.outcome = 'replied') EXECUTE FUNCTION stand_here({IN_COMMIT});
CREATE TRIGGER after_commit BEFORE UPDATE ON whatsapp_message FOR EACH ROW
  WHEN (NEW.status = 'sending') EXECUTE FUNCTION stand_here({AFTER_COMMIT});
"""
Addresses = Collection[str]


@dataclass
class Wires:
    """What a worker talks to: its database, the model and Twilio."""

    database: str
    model: OpenAIDouble
    twilio: TwilioDouble

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(database_url(self.database), autocommit=True)


@dataclass(frozen=True)
class KillPoint:
    """`hold` lets workers come this far and no further; `standing` says whose turns stand there now."""

    name: str
    hold: Callable[[Wires], contextlib.AbstractContextManager[None]]
    standing: Callable[[Wires, Addresses], set[str]]


@contextlib.contextmanager
def _before_the_call(wires: Wires) -> Iterator[None]:
    """Between the claim, which is committed, and the question: what the playbook knows cannot be read."""
    with wires.connect() as holder, holder.transaction():
        holder.execute("LOCK TABLE agent_knowledgesnippet IN ACCESS EXCLUSIVE MODE")
        yield


@contextlib.contextmanager
def _during_the_call(wires: Wires) -> Iterator[None]:
    quick = wires.model.standing
    assert quick is not None
    wires.model.standing = Step(answer=quick.answer, delay=HELD_SECONDS)
    wires.model.reset()
    try:
        yield
    finally:
        wires.model.standing = quick


def _at_lock(number: int) -> Callable[[Wires], contextlib.AbstractContextManager[None]]:
    @contextlib.contextmanager
    def hold(wires: Wires) -> Iterator[None]:
        with wires.connect() as holder:
            holder.execute("SELECT pg_advisory_lock(%s)", [number])
            yield

    return hold


@contextlib.contextmanager
def _before_the_send(wires: Wires) -> Iterator[None]:
    """Twilio has the request before it and takes nothing: it answers nobody, later neither."""
    wires.twilio.requests.clear()
    wires.twilio.hang_seconds = HELD_SECONDS
    wires.twilio.behave(*["hang"] * 1000)
    try:
        yield
    finally:
        wires.twilio.behaviours.clear()


@contextlib.contextmanager
def _after_the_send(wires: Wires) -> Iterator[None]:
    """Twilio has taken the message; its answer is on the way."""
    answered = threading.Event()
    wires.twilio.requests.clear()
    wires.twilio.on_accept = lambda _: answered.wait(HELD_SECONDS)
    try:
        yield
    finally:
        wires.twilio.on_accept = None
        answered.set()


def _thinking(wires: Wires, clients: Addresses) -> set[str]:
    thinking = AgentTurn.objects.filter(outcome="thinking", conversation__client_address__in=clients)
    return set(thinking.values_list("conversation__client_address", flat=True))


def _asking(wires: Wires, clients: Addresses) -> set[str]:
    return {
        client for client in clients for call in list(wires.model.calls) if word_of(client) in call.prompt
    }


def _waiting_for(number: int) -> Callable[[Wires, Addresses], set[str]]:
    def standing(wires: Wires, clients: Addresses) -> set[str]:
        """As many as wait; which ones, their uncommitted rows do not tell."""
        with wires.connect() as watcher:
            row = watcher.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted",
                [number],
            ).fetchone()
        assert row is not None
        return set(sorted(clients)[: row[0]])

    return standing


def _queued(wires: Wires, clients: Addresses) -> set[str]:
    """A worker stands before the first of them; those behind it are committed and unsent all the same."""
    if not _waiting_for(AFTER_COMMIT)(wires, clients):
        return set()
    queued = Message.objects.filter(status="queued", conversation__client_address__in=clients)
    return set(queued.values_list("conversation__client_address", flat=True))


def _offered(wires: Wires, clients: Addresses) -> set[str]:
    offered = [one.form.get("To", "") for one in list(wires.twilio.requests) if "Messages" in one.path]
    return set(offered) & set(clients)


def word_of(client: str) -> str:
    """A word that only this client uses, so that a question to the model tells whose it is."""
    return "k" + "".join(chr(ord("a") + int(digit)) for digit in client[-6:])


POINTS = (
    KillPoint("before the call", _before_the_call, _thinking),
    KillPoint("during the call", _during_the_call, _asking),
    KillPoint("before the commit", _at_lock(BEFORE_COMMIT), _waiting_for(BEFORE_COMMIT)),
    KillPoint("in the commit", _at_lock(IN_COMMIT), _waiting_for(IN_COMMIT)),
    KillPoint("after the commit", _at_lock(AFTER_COMMIT), _queued),
    KillPoint("before the send", _before_the_send, _offered),
    KillPoint("after the send", _after_the_send, _offered),
)
