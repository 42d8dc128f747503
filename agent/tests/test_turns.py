"""The reply protocol on real rows: the lease, the commit-time checks, and what crashes leave behind."""

import random
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from agent import flows, turns
from agent.brains.protocol import BrainReply, TurnInput
from agent.models import AgentTurn, Dialogue, Playbook, PlaybookVersion
from leads import clock
from leads.tests.makers import make_circle, make_consultant, make_statuses
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import InboundMessage

START = datetime(2026, 3, 10, 14, tzinfo=UTC)
SNAPSHOT = {
    "domain": "test",
    "questions": [{"key": "name", "type": "name", "required": True}],
    "messages": {"handoff_failures": {"pt-BR": ["Um colega continua com você."]}},
}


class EchoBrain:
    """Answers with the words it was given; `meanwhile` happens while it thinks."""

    def __init__(self, meanwhile=None):
        self.meanwhile, self.bursts = list(meanwhile or []), []

    def respond(self, turn: TurnInput) -> BrainReply:
        self.bursts.append([message.text for message in turn.burst])
        if self.meanwhile:
            self.meanwhile.pop(0)()
        text = "re: " + " / ".join(message.text for message in turn.burst)
        return BrainReply(
            language="en", intent="other", sentiment="neutral", state=turn.state, messages=[text]
        )


@pytest.fixture
def line(db):
    make_statuses()
    playbook = Playbook.objects.create(name="Test", domain="test", draft=SNAPSHOT, is_default=True)
    playbook.current = PlaybookVersion.objects.create(
        playbook=playbook, number=1, snapshot=SNAPSHOT, sha256="x"
    )
    playbook.save()
    return Line.objects.create(name="Agent", address="whatsapp:+14155238886")


@pytest.fixture
def at_start():
    with clock.virtual(START) as virtual:
        yield virtual


def write(line: Line, text: str, sid: str = "") -> Message | None:
    inbound = InboundMessage(
        sid=sid or f"SM{uuid4().hex}",
        sender="whatsapp:+5511987654321",
        recipient=line.address,
        phone="+5511987654321",
        body=text,
    )
    return whatsapp.record_inbound(line, inbound)


def said(conversation: Conversation) -> list[str]:
    return list(conversation.messages.filter(author="agent").order_by("seq").values_list("body", flat=True))


def wait(virtual, seconds: float) -> None:
    virtual.move_to(virtual.moment + timedelta(seconds=seconds))


def test_answer_message_before_the_burst_ends_says_nothing(line, at_start):
    conversation = write(line, "oi").conversation
    wait(at_start, 1)
    assert flows.answer_message(conversation.pk, brain=EchoBrain()) is False
    assert said(conversation) == []


def test_answer_message_with_a_burst_answers_it_once(line, at_start):
    for text in ("oi", "tudo bem?", "quero comprar"):
        conversation = write(line, text).conversation
        wait(at_start, 0.5)
    wait(at_start, 4)
    brain = EchoBrain()
    assert flows.answer_message(conversation.pk, brain=brain) is True
    assert flows.answer_message(conversation.pk, brain=brain) is False
    assert said(conversation) == ["re: oi / tudo bem? / quero comprar"]


def test_answer_message_notes_what_thinking_took_with_the_outcome(
    line, at_start, django_assert_max_num_queries
):
    conversation = write(line, "oi").conversation
    wait(at_start, 4)
    with django_assert_max_num_queries(30):
        flows.answer_message(conversation.pk, brain=EchoBrain(meanwhile=[lambda: time.sleep(0.02)]))
    turn = AgentTurn.objects.get()
    assert turn.outcome == "replied"
    assert turn.latency_ms >= 20


def test_answer_message_with_the_same_webhook_twice_answers_once(line, at_start):
    conversation = write(line, "oi", sid="SM1").conversation
    assert write(line, "oi", sid="SM1") is None
    wait(at_start, 4)
    flows.answer_message(conversation.pk, brain=EchoBrain())
    assert said(conversation) == ["re: oi"]


def test_answer_message_when_a_message_lands_meanwhile_thinks_again(line, at_start):
    conversation = write(line, "oi").conversation
    wait(at_start, 4)
    brain = EchoBrain(meanwhile=[lambda: write(line, "esqueci: em Moema")])
    assert flows.answer_message(conversation.pk, brain=brain) is True
    assert said(conversation) == ["re: oi / esqueci: em Moema"]
    assert list(AgentTurn.objects.order_by("started_at").values_list("outcome", flat=True)) == [
        "restarted",
        "replied",
    ]


def test_answer_message_under_a_stream_of_messages_does_not_starve(line, at_start):
    conversation = write(line, "1").conversation
    wait(at_start, 4)
    stream = [lambda number=number: write(line, str(number)) for number in range(2, 9)]
    assert flows.answer_message(conversation.pk, brain=EchoBrain(stream)) is True
    assert said(conversation) == ["re: 1 / 2 / 3"]
    conversation.refresh_from_db()
    assert conversation.last_inbound_seq > conversation.answered_seq


def test_answer_message_when_a_person_takes_over_meanwhile_stays_silent(line, at_start):
    consultant = make_consultant("carlos")
    conversation = write(line, "oi").conversation
    wait(at_start, 4)

    def take_over() -> None:
        Conversation.objects.filter(pk=conversation.pk).update(consultant=consultant)
        whatsapp.take_over(conversation_id=conversation.pk, user=consultant.user)

    assert flows.answer_message(conversation.pk, brain=EchoBrain([take_over])) is False
    assert said(conversation) == []
    assert AgentTurn.objects.get().outcome == "human_took_over"


def test_claim_while_another_worker_thinks_gets_nothing(line, at_start):
    conversation = write(line, "oi").conversation
    wait(at_start, 4)
    assert turns.claim(conversation.pk) is not None
    assert turns.claim(conversation.pk) is None
    assert turns.due_conversations() == []


def test_claim_after_a_worker_died_is_found_by_the_sweep(line, at_start):
    conversation = write(line, "oi").conversation
    wait(at_start, 4)
    turns.claim(conversation.pk)
    wait(at_start, turns.LEASE.total_seconds() + 1)
    assert turns.due_conversations() == [conversation.pk]
    assert flows.answer_message(conversation.pk, brain=EchoBrain()) is True


def test_settle_after_the_lease_went_to_another_worker_says_nothing(line, at_start):
    conversation = write(line, "oi").conversation
    wait(at_start, 4)
    late = turns.claim(conversation.pk)
    wait(at_start, turns.LEASE.total_seconds() + 1)
    flows.answer_message(conversation.pk, brain=EchoBrain())
    with turns.settle(late) as verdict:
        assert verdict.outcome == "lease_lost"
    assert said(conversation) == ["re: oi"]


def test_answer_returned_after_the_queued_reply_was_dropped_is_given_anew(line, at_start):
    consultant, conversation = make_consultant("ana"), write(line, "oi").conversation
    wait(at_start, 10)
    flows.answer_message(conversation.pk, brain=EchoBrain())
    Conversation.objects.filter(pk=conversation.pk).update(consultant=consultant)
    whatsapp.take_over(conversation_id=conversation.pk, user=consultant.user)

    whatsapp.return_to_agent(conversation_id=conversation.pk, user=consultant.user, answer_pending=True)
    wait(at_start, 60)
    flows.answer_message(conversation.pk, brain=EchoBrain())

    answers = conversation.messages.filter(author="agent").order_by("seq")
    assert list(answers.values_list("body", "status")) == [("re: oi", "cancelled"), ("re: oi", "queued")]
    turns_of = AgentTurn.objects.filter(conversation=conversation).order_by("started_at")
    assert list(turns_of.values_list("outcome", flat=True)) == ["human_took_over", "replied"]


def test_answer_message_after_three_deaths_hands_over(line, at_start):
    make_circle(make_consultant("ana"))
    conversation = write(line, "oi").conversation
    wait(at_start, 4)
    for _ in range(3):
        turns.claim(conversation.pk)
        wait(at_start, turns.LEASE.total_seconds() + 1)
    flows.answer_message(conversation.pk, brain=EchoBrain())
    conversation.refresh_from_db()
    assert (conversation.status, conversation.handoff_reason) == ("transferred", "failures")
    assert said(conversation) == ["Um colega continua com você."]


@pytest.mark.parametrize("seed", range(40))
def test_protocol_under_random_interleavings_covers_each_message_once(line, at_start, seed):
    """Messages, crashes, double tasks, take-over and return in any order: every inbound message ends up
    covered by at most one reply, and nothing is owed when the dust has settled."""
    dice = random.Random(seed)
    consultant = make_consultant()
    conversation = write(line, "first").conversation
    Conversation.objects.filter(pk=conversation.pk).update(consultant=consultant)

    def message() -> None:
        write(line, f"message {uuid4().hex[:4]}")

    def crash() -> None:
        turns.claim(conversation.pk)

    def answer() -> None:
        flows.answer_message(conversation.pk, brain=EchoBrain([dice.choice([message, lambda: None])]))

    def hands() -> None:
        change = dice.choice([whatsapp.take_over, whatsapp.return_to_agent])
        Conversation.objects.filter(pk=conversation.pk).update(consultant=consultant)
        change(conversation_id=conversation.pk, user=consultant.user)

    for _ in range(25):
        dice.choice([message, message, crash, answer, answer, hands])()
        wait(at_start, dice.choice([0, 1, 3, 10, 30]))
    for _ in range(6):
        wait(at_start, 60)
        for due in turns.due_conversations():
            flows.answer_message(due, brain=EchoBrain())
    conversation.refresh_from_db()
    assert not (conversation.is_agents and conversation.last_inbound_seq > conversation.answered_seq)
    replied = AgentTurn.objects.filter(outcome="replied").order_by("first_seq")
    ends = [(turn.first_seq, turn.last_seq) for turn in replied]
    assert all(before[1] < after[0] for before, after in pairwise(ends))
    assert len(said(conversation)) == len(ends)
    leases = Dialogue.objects.filter(pk=conversation.pk).exclude(lease_until=None)
    assert not leases.filter(lease_until__gte=clock.now()).exists()
