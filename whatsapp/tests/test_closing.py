"""A conversation that is over, and one that begins again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from leads import clock
from leads.errors import NotFoundError
from leads.models import Lead, LeadEvent
from leads.tests.makers import client_of, make_consultant, make_lead, make_manager
from whatsapp.models import Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services import (
    close,
    close_finished,
    open_again,
    record_inbound,
    send,
    send_as_consultant,
    take_over,
)
from whatsapp.tests.makers import inbound_form, make_line

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 14, tzinfo=UTC)


def parsed(body: str) -> InboundMessage:
    return InboundMessage.parse(inbound_form(body))


@pytest.fixture
def time():
    with clock.virtual(NOW) as virtual:
        yield virtual


@pytest.fixture
def conversation(time) -> Conversation:
    return record_inbound(make_line(), parsed("oi")).conversation


def after(time, **span: int) -> int:
    time.move_to(time.moment + timedelta(**span))
    return close_finished()


def of_lead(conversation: Conversation, **facts) -> Lead:
    lead = make_lead(**facts)
    Conversation.objects.filter(pk=conversation.pk).update(lead=lead)
    return lead


def status(conversation: Conversation) -> str:
    return Conversation.objects.get(pk=conversation.pk).status


def test_close_by_a_person_drops_what_is_queued_and_ends_the_waiting(conversation):
    manager = make_manager()
    lead = of_lead(conversation, waiting_since=NOW)
    conversation.refresh_from_db()
    send(conversation, ["Olá!"], author="agent", delay_seconds=60)
    closed = close(conversation_id=conversation.pk, user=manager)
    assert closed.status == "closed"
    assert closed.answered_seq == closed.last_inbound_seq
    assert Message.objects.get(direction="out").status == "cancelled"
    lead.refresh_from_db()
    assert lead.waiting_since is None
    close(conversation_id=conversation.pk, user=manager)
    event = LeadEvent.objects.get(kind="conversation_closed")
    assert (event.lead, event.user) == (lead, manager)


def test_close_makes_a_reply_in_flight_stale(conversation):
    epoch = conversation.epoch
    assert close(conversation_id=conversation.pk, user=make_manager()).epoch > epoch
    assert not Conversation.objects.unanswered().exists()


def test_opened_again_by_who_closed_it_the_agent_goes_on_and_owes_its_answer(conversation):
    manager, lead = make_manager(), of_lead(conversation, waiting_since=NOW)
    for _ in range(2):
        close(conversation_id=conversation.pk, user=manager)
        opened = open_again(conversation_id=conversation.pk, user=manager)
    assert (opened.status, opened.consultant) == ("active", None)
    assert Conversation.objects.unanswered().get() == opened
    lead.refresh_from_db()
    assert lead.waiting_since == NOW
    assert open_again(conversation_id=conversation.pk, user=manager).epoch == opened.epoch
    assert LeadEvent.objects.filter(kind="conversation_closed").count() == 4


def test_opened_again_by_a_manager_the_consultant_answers_as_before(conversation, time):
    ana, manager = make_consultant("ana"), make_manager()
    of_lead(conversation, consultant=ana, waiting_since=NOW)
    before = take_over(conversation_id=conversation.pk, user=ana.user)
    time.move_to(NOW + timedelta(hours=1))
    close(conversation_id=conversation.pk, user=manager)

    answer = client_of(manager).post(f"/api/conversations/{conversation.pk}/open-again/")

    assert (answer.status_code, answer.json()["status"]) == (200, "transferred")
    conversation.refresh_from_db()
    assert (conversation.consultant, conversation.transferred_at) == (ana, before.transferred_at)
    assert not Conversation.objects.unanswered().exists()


def test_opened_again_is_told_on_the_timeline_and_owes_nothing_to_who_opted_out(conversation):
    manager, lead = make_manager(), of_lead(conversation, waiting_since=NOW)
    close(conversation_id=conversation.pk, user=manager)
    Lead.objects.update(opted_out_at=NOW)
    Conversation.objects.update(is_opted_out=True)
    open_again(conversation_id=conversation.pk, user=manager)
    assert not Conversation.objects.unanswered().exists()
    lead.refresh_from_db()
    assert lead.waiting_since is None
    assert lead.events.first().data["undone"]


def test_open_again_of_what_one_may_not_see_is_not_found(conversation):
    with pytest.raises(NotFoundError):
        open_again(conversation_id=conversation.pk, user=make_consultant("bia").user)


def test_close_of_what_one_may_not_see_is_not_found(conversation):
    with pytest.raises(NotFoundError):
        close(conversation_id=conversation.pk, user=make_consultant("bia").user)


def test_close_over_http_answers_the_conversation(conversation):
    client = Client()
    client.force_login(make_manager())
    answer = client.post(f"/api/conversations/{conversation.pk}/close/")
    assert (answer.status_code, answer.json()["status"]) == (200, "closed")


def test_silence_of_a_month_closes(conversation, time):
    assert after(time, days=29, hours=23) == 0
    assert after(time, hours=2) == 1
    assert status(conversation) == "closed"
    assert close_finished() == 0


def test_silence_never_closes_where_it_is_switched_off(conversation, time, settings):
    settings.CONVERSATION_CLOSES_AFTER_DAYS = 0
    assert after(time, days=1000) == 0


@pytest.mark.parametrize("change", [{"status_id": "won"}, {"status_id": "lost"}, {"archived_at": NOW}])
def test_closed_lead_closes_once_the_window_is_over(conversation, time, change):
    of_lead(conversation, **change)
    assert after(time, hours=23) == 0
    assert after(time, hours=2) == 1


def test_open_lead_keeps_its_conversation_open(conversation, time):
    of_lead(conversation)
    assert after(time, days=20) == 0


def test_conversation_that_closed_comes_back_to_the_consultant_of_the_lead(conversation, time):
    ana = make_consultant("ana")
    lead = of_lead(conversation, consultant=ana)
    after(time, days=31)
    record_inbound(conversation.line, parsed("voltei"))
    conversation.refresh_from_db()
    assert (conversation.status, conversation.consultant) == ("transferred", ana)
    assert conversation.transferred_at == time.moment
    lead.refresh_from_db()
    assert lead.waiting_since == time.moment
    assert not Conversation.objects.unanswered().exists()


def test_conversation_that_closed_comes_back_to_the_agent_where_nobody_has_the_lead(conversation, time):
    after(time, days=31)
    record_inbound(conversation.line, parsed("voltei"))
    assert status(conversation) == "active"
    assert Conversation.objects.unanswered().exists()


def test_consultant_who_writes_opens_it_again(conversation, time):
    ana = make_consultant("ana")
    of_lead(conversation, consultant=ana)
    close(conversation_id=conversation.pk, user=ana.user)
    send_as_consultant(conversation_id=conversation.pk, user=ana.user, body="Mais uma coisa…")
    conversation.refresh_from_db()
    assert (conversation.status, conversation.consultant) == ("transferred", ana)
