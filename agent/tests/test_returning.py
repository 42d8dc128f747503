"""The timer that gives a conversation back to the agent."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from agent import flows
from agent.brains.scripted import ScriptedBrain
from agent.models import Dialogue, Playbook
from agent.playbook_library import load_library
from agent.playbooks import publish
from agent.returning import forget_times, return_due
from leads import clock
from leads.models import Lead, LeadEvent
from leads.services import board
from leads.tests.makers import make_circle, make_consultant, make_statuses
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Line
from whatsapp.payloads import InboundMessage

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 14, tzinfo=UTC)


@pytest.fixture
def ana():
    make_statuses()
    ana = make_consultant("ana")
    make_circle(ana)
    return ana


@pytest.fixture
def time(ana):
    playbook = Playbook.objects.create(
        name="Homes", domain="real_estate", draft=load_library("real_estate"), return_after_hours=4
    )
    publish(playbook)
    with clock.virtual(NOW) as virtual:
        yield virtual


def says(time, text: str) -> Conversation:
    line, _ = Line.objects.get_or_create(address="whatsapp:+14155238886", defaults={"name": "Agent"})
    inbound = InboundMessage(
        sid=f"SM{uuid4().hex}",
        sender="whatsapp:+5511987654321",
        recipient=line.address,
        phone="+5511987654321",
        body=text,
    )
    conversation = whatsapp.record_inbound(line, inbound).conversation
    time.move_to(time.moment + timedelta(seconds=30))
    flows.answer_message(conversation.pk, brain=ScriptedBrain())
    return conversation


def later(time, hours: float) -> int:
    """How many were given back by two sweeps at that time: one that plans, one that acts."""
    time.move_to(time.moment + timedelta(hours=hours))
    return return_due() + return_due()


def transferred(time) -> Conversation:
    conversation = says(time, "quero falar com um corretor")
    return_due()
    return conversation


def status(conversation: Conversation) -> str:
    return Conversation.objects.get(pk=conversation.pk).status


def test_conversation_that_no_person_touches_goes_back_with_a_line_on_the_timeline(time):
    conversation = transferred(time)
    assert later(time, 3.9) == 0
    assert status(conversation) == "transferred"
    assert later(time, 0.2) == 1
    assert status(conversation) == "active"
    assert Dialogue.objects.get().returns_at is None
    event = LeadEvent.objects.get(kind="returned_to_agent")
    assert event.user is None
    assert later(time, 10) == 0
    assert LeadEvent.objects.filter(kind="returned_to_agent").count() == 1


def test_conversation_given_back_is_answered_by_the_agent(time):
    conversation = transferred(time)
    says(time, "ainda quero comprar em Moema")
    heard = conversation.messages.filter(author="agent").count()
    later(time, 5)
    time.move_to(time.moment + timedelta(minutes=1))
    assert flows.answer_message(conversation.pk, brain=ScriptedBrain())
    assert conversation.messages.filter(author="agent").count() > heard


def test_a_reply_by_a_person_begins_the_hours_anew(time, ana):
    conversation = transferred(time)
    time.move_to(NOW + timedelta(hours=3))
    whatsapp.send_as_consultant(conversation_id=conversation.pk, user=ana.user, body="Oi!")
    assert later(time, 3) == 0
    assert status(conversation) == "transferred"
    assert later(time, 1.1) == 1


def test_work_on_the_lead_begins_the_hours_anew(time, ana):
    conversation = transferred(time)
    board.add_note(user=ana.user, lead_id=Lead.objects.get().pk, text="Called, no answer.")
    LeadEvent.objects.filter(kind="note").update(created_at=NOW + timedelta(hours=3))
    assert later(time, 5) == 0
    assert status(conversation) == "transferred"


def test_timer_is_off_without_hours(time):
    Playbook.objects.update(return_after_hours=None)
    conversation = transferred(time)
    assert later(time, 1000) == 0
    assert status(conversation) == "transferred"


def test_timer_switched_off_meanwhile_gives_nothing_back(time):
    transferred(time)
    Playbook.objects.update(return_after_hours=None)
    assert later(time, 1000) == 0
    assert Dialogue.objects.get().returns_at is None


def test_shorter_hours_hold_for_conversations_under_way(time):
    transferred(time)
    Playbook.objects.update(return_after_hours=1)
    forget_times(Playbook.objects.get())
    assert later(time, 1.1) == 1


@pytest.mark.parametrize("change", ["opted_out", "won", "archived"])
def test_conversation_that_is_over_stays_where_it_is(time, change):
    conversation = transferred(time)
    if change == "opted_out":
        Conversation.objects.update(is_opted_out=True)
    elif change == "won":
        Lead.objects.update(status_id="won")
    else:
        Lead.objects.update(archived_at=NOW)
    assert later(time, 100) == 0
    assert status(conversation) == "transferred"
