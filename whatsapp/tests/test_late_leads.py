"""A stranger on a consultant's own line who becomes a lead in the moment in which they write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from leads.tests.makers import make_consultant
from whatsapp import chat_index, sessions
from whatsapp.models import Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.signals import message_changed, message_received
from whatsapp.tests.makers import CLIENT, heard, inbound_form, known_lead, make_consultant_line

pytestmark = pytest.mark.django_db
STRANGER = "whatsapp:+5521955554444"


@pytest.fixture
def line():
    return make_consultant_line(make_consultant("ana"), brought_messages=0)


def message(line, body: str, sender: str = CLIENT) -> InboundMessage:
    return InboundMessage.parse(inbound_form(body, To=line.address, From=sender))


@contextmanager
def once_leads_are_read(happens: Callable[[], object]) -> Iterator[None]:
    """As another process would do it, right after the first look at who is a lead."""
    looks: list[str] = []

    def watch(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if "leads_leadidentity" in sql.lower() and not looks:
            looks.append(sql)
            happens()
        return found

    with connection.execute_wrapper(watch):
        yield
    assert looks


def make_client_a_lead() -> None:
    known_lead(phone=CLIENT.removeprefix("whatsapp:"))


def bodies() -> list[str]:
    return list(Message.objects.order_by("seq").values_list("body", flat=True))


def test_take_in_stranger_who_becomes_a_lead_meanwhile_is_kept(line):
    with once_leads_are_read(make_client_a_lead):
        assert sessions.take_in(line, [message(line, "Olá")]) == 1

    conversation = Conversation.objects.get()
    assert (conversation.lead_id, bodies()) == (conversation.lead.pk, ["Olá"])
    [chat] = chat_index.page(line.pk)
    assert (chat.entry.conversation, chat.entry.lead) == (str(conversation.pk), str(conversation.lead_id))
    assert (chat.unread, chat_index.said_in(line.pk, chat.entry.chat_id)) == (1, [])


def test_take_in_late_lead_is_announced_as_a_lead_alone(line, django_capture_on_commit_callbacks):
    as_stranger, as_lead = heard(message_changed), heard(message_received)

    with django_capture_on_commit_callbacks(execute=True), once_leads_are_read(make_client_a_lead):
        sessions.take_in(line, [message(line, "Olá")])

    assert [facts["line_kind"] for facts in as_lead] == ["consultant"]
    assert not any("chat" in facts for facts in as_stranger)


def test_take_in_again_of_a_late_lead_s_message_counts_once(line):
    said = message(line, "Olá")
    with once_leads_are_read(make_client_a_lead):
        sessions.take_in(line, [said])

    assert sessions.take_in(line, [said]) == 0
    assert bodies() == ["Olá"]


def test_take_in_late_lead_brings_what_the_line_says_of_earlier_words(line):
    line.brought_messages = 5
    line.save()
    sessions.take_in(line, [message(line, "Bom dia")])
    assert not Message.objects.exists()

    with once_leads_are_read(make_client_a_lead):
        sessions.take_in(line, [message(line, "Olá")])

    assert bodies() == ["Bom dia", "Olá"]


def test_take_in_strangers_beside_a_late_lead_stay_out_of_the_database(line):
    with once_leads_are_read(make_client_a_lead):
        sessions.take_in(line, [message(line, "Segredo", STRANGER), message(line, "Olá")])

    assert bodies() == ["Olá"]
    assert {chat.entry.conversation is None for chat in chat_index.page(line.pk)} == {True, False}
