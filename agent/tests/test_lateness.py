"""After an outage: one answer to everything that was said meanwhile, and it says that it is late."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from agent import flows, turns
from agent.brains.protocol import BrainReply, TurnInput
from agent.brains.scripted import ScriptedBrain
from agent.lateness import APOLOGY
from agent.models import Playbook
from agent.playbook_library import load_library
from agent.playbooks import publish
from agent.stages import DISQUALIFIED, NURTURE, OPTED_OUT, SUSPECTED_BOT
from agent.tests.test_turns import EchoBrain
from leads import clock
from leads.models import Assignment, LeadEvent
from leads.tests.makers import make_circle, make_consultant, make_statuses
from whatsapp.models import Conversation, Message
from whatsapp.payloads import DeliveryStatus, InboundMessage
from whatsapp.services import record_inbound
from whatsapp.statuses import hear
from whatsapp.sweeps import recover_lost
from whatsapp.tests.makers import AGENT_NUMBER, CLIENT, inbound_form, make_line
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN, TwilioDouble

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def playbook() -> None:
    make_statuses()
    library = load_library("real_estate")
    publish(Playbook.objects.create(name="Homes", domain="real_estate", draft=library, is_default=True))


def take_in(*texts: str, minutes_ago: float) -> Conversation:
    line = make_line()
    for second, text in enumerate(texts):
        sent_at = clock.now() - timedelta(minutes=minutes_ago) + timedelta(seconds=10 * second)
        message = InboundMessage(
            sid=f"SM{second}",
            sender=CLIENT,
            recipient=line.address,
            phone="+5511987654321",
            body=text,
            sent_at=sent_at,
        )
        record_inbound(line, message)
    return Conversation.objects.get()


def answer(conversation: Conversation, virtual: clock.VirtualClock) -> list[str]:
    virtual.move_to(virtual.moment + timedelta(seconds=10))
    flows.answer_message(conversation.pk, brain=ScriptedBrain())
    said = Message.objects.filter(direction="out").order_by("seq")
    return list(said.values_list("body", flat=True))


def test_ten_old_messages_are_one_burst_with_one_apology() -> None:
    with clock.virtual(NOW) as virtual:
        conversation = take_in("Oi", *(f"Ainda tem o apartamento {n}?" for n in range(9)), minutes_ago=40)
        said = answer(conversation, virtual)

    assert said[0].startswith(APOLOGY["pt"])
    assert sum(text.count(APOLOGY["pt"]) for text in said) == 1
    assert conversation.turns.count() == 1


def test_fresh_message_is_answered_without_an_apology() -> None:
    with clock.virtual(NOW) as virtual:
        said = answer(take_in("Oi", minutes_ago=14), virtual)

    assert said
    assert APOLOGY["pt"] not in said[0]


def test_client_who_asks_again_a_moment_ago_has_waited_since_the_first_message() -> None:
    with clock.virtual(NOW) as virtual:
        conversation = take_in("Ainda tem o apartamento?", minutes_ago=40)
        record_inbound(conversation.line, InboundMessage.parse(inbound_form("Olá?")))
        said = answer(conversation, virtual)

    assert sum(text.count(APOLOGY["pt"]) for text in said) == 1


def test_answer_that_whatsapp_refused_as_too_late_goes_to_a_person() -> None:
    make_circle(make_consultant())
    with clock.virtual(NOW) as virtual:
        conversation = take_in("Oi", minutes_ago=1)
        answer(conversation, virtual)
        for message in Message.objects.filter(direction="out"):
            report = DeliveryStatus(sid=f"SMout{message.seq}", status="failed", error_code="63016")
            hear(report, message.pk, line=conversation.line)
        answer(conversation, virtual)

    conversation.refresh_from_db()
    assert (conversation.status, conversation.handoff_reason) == ("transferred", "too_late")


def test_next_answer_after_the_late_one_does_not_apologise_again() -> None:
    with clock.virtual(NOW) as virtual:
        conversation = take_in("Oi", minutes_ago=40)
        before = len(answer(conversation, virtual))
        record_inbound(conversation.line, InboundMessage.parse(inbound_form("Quero comprar")))
        after = answer(conversation, virtual)

    assert len(after) > before
    assert not any(APOLOGY["pt"] in text for text in after[before:])


def test_old_message_is_not_due_before_those_that_come_with_it() -> None:
    with clock.virtual(NOW):
        conversation = take_in("Oi", minutes_ago=40)
        assert turns.due_at(conversation) > NOW
        assert turns.claim(conversation.pk) is None


def test_messages_of_more_than_a_day_ago_go_to_a_person_with_what_they_say() -> None:
    consultant = make_consultant()
    make_circle(consultant)
    with clock.virtual(NOW) as virtual:
        conversation = take_in("Oi", "Quero comprar um apartamento em Recife", minutes_ago=25 * 60)
        said = answer(conversation, virtual)

    conversation.refresh_from_db()
    assert said == []
    assert (conversation.status, conversation.consultant) == ("transferred", consultant)
    assert (conversation.handoff_reason, conversation.stage) == ("too_late", "needs_human")
    assert conversation.answered_seq == conversation.last_inbound_seq
    assert conversation.lead.consultant == consultant
    assert conversation.lead.waiting_since is not None
    assert conversation.lead.slots["goal"]["value"] == "buy"
    assert Assignment.objects.get().notice == "pending"
    history = LeadEvent.objects.get(kind=LeadEvent.Kind.HANDOFF)
    assert history.data["reason"] == "too_late"


def test_window_that_closes_while_the_agent_thinks_leaves_the_client_to_a_person() -> None:
    make_circle(make_consultant())
    with clock.virtual(NOW) as virtual:
        conversation = take_in("Oi", minutes_ago=24 * 60 - 1)
        virtual.move_to(NOW + timedelta(seconds=10))
        brain = EchoBrain(meanwhile=[lambda: virtual.move_to(NOW + timedelta(minutes=5))])
        flows.answer_message(conversation.pk, brain=brain)

    conversation.refresh_from_db()
    assert (conversation.status, conversation.handoff_reason) == ("transferred", "too_late")
    assert not Message.objects.filter(direction="out").exists()


@dataclass
class Decided:
    """A brain that has made up its mind, and says so."""

    stage: str

    def respond(self, turn: TurnInput) -> BrainReply:
        return BrainReply(
            language="pt",
            intent="other",
            sentiment="neutral",
            state=turn.state,
            messages=["Obrigado, até mais!"],
            proposal=self.stage,
        )


@pytest.mark.parametrize("stage", [DISQUALIFIED, NURTURE, OPTED_OUT, SUSPECTED_BOT])
def test_decision_that_needs_no_word_stands_after_a_day_and_is_nobodys_work(stage: str) -> None:
    make_circle(make_consultant())
    with clock.virtual(NOW) as virtual:
        conversation = take_in("Oi", minutes_ago=25 * 60)
        virtual.move_to(NOW + timedelta(seconds=10))
        flows.answer_message(conversation.pk, brain=Decided(stage))

    conversation.refresh_from_db()
    assert (conversation.status, conversation.stage, conversation.handoff_reason) == ("active", stage, "")
    assert not Assignment.objects.exists()
    assert not Message.objects.filter(direction="out").exists()


def test_message_of_a_little_less_than_a_day_ago_gets_its_apology() -> None:
    with clock.virtual(NOW) as virtual:
        said = answer(take_in("Oi", minutes_ago=23 * 60), virtual)

    assert said[0].startswith(APOLOGY["pt"])


def test_old_opt_out_goes_to_nobody() -> None:
    make_circle(make_consultant())
    with clock.virtual(NOW) as virtual:
        conversation = take_in("parar", minutes_ago=25 * 60)
        assert answer(conversation, virtual) == []

    conversation.refresh_from_db()
    assert (conversation.status, conversation.stage) == ("active", "opted_out")


def test_messages_that_the_reconciler_recovers_are_one_burst(settings) -> None:
    with TwilioDouble() as twilio:
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT_SID, AUTH_TOKEN
        settings.TWILIO_API_BASE_URL = twilio.url
        make_line()
        for number in range(10):
            form = {"From": CLIENT, "To": AGENT_NUMBER, "Body": f"mensagem {number}"}
            twilio.accept(form).update(direction="inbound", status="received")
        assert recover_lost() == 10

    conversation = Conversation.objects.get()
    assert turns.claim(conversation.pk) is None
    with clock.virtual(clock.now() + timedelta(seconds=10)):
        claim = turns.claim(conversation.pk)
    assert len(claim.burst) == 10
