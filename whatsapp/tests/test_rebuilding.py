"""The chat list after Redis was away, or came back with less than it had."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.tests.makers import make_consultant
from whatsapp import chat_index, delivery, rebuilding, sessions
from whatsapp.models import Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services import send
from whatsapp.sweeps import rebuild_chat_lists
from whatsapp.tests.makers import (
    CLIENT,
    chat_keys,
    inbound_form,
    known_lead,
    lose_chat_lists,
    make_consultant_line,
    redis_away,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make_consultant("ana")


@pytest.fixture
def line(ana, twilio):
    """Of a list that is built, with one lead who has written."""
    known_lead(phone=CLIENT.removeprefix("whatsapp:"))
    line = make_consultant_line(ana)
    rebuild_chat_lists()
    said(line, "Oi")
    return line


def said(line, *texts: str) -> None:
    for text in texts:
        sessions.take_in(line, [InboundMessage.parse(inbound_form(text, To=line.address, From=CLIENT))])


def answer(text: str, user) -> None:
    send(Conversation.objects.get(), [text], author="consultant", user=user)
    delivery.deliver_due()


def chat(line) -> chat_index.Chat:
    [only] = chat_index.page(line.pk)
    return only


def test_put_while_redis_is_away_is_in_the_list_after_the_sweep(line, settings):
    with redis_away(settings):
        said(line, "primeira", "segunda")
    assert (chat(line).entry.text, chat_index.how_built(line.pk)) == ("Oi", chat_index.ALL)

    rebuild_chat_lists()

    assert (chat(line).entry.text, chat(line).unread) == ("segunda", 3)


def test_catch_up_counts_each_message_as_unread_once(line, settings):
    with redis_away(settings):
        said(line, "de novo")
    for _ in range(3):
        rebuild_chat_lists()
    assert chat(line).unread == 2

    chat_index.mark_read(line.pk, chat(line).entry.chat_id)
    rebuild_chat_lists()

    assert chat(line).unread == 0


def test_catch_up_begins_where_redis_went_away_however_long_ago(line, settings):
    with redis_away(settings):
        said(line, "ontem")
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Message.objects.filter(body="ontem").update(created_at=an_hour_ago, updated_at=an_hour_ago)
    chat_index.say_whole(line.pk, an_hour_ago - timedelta(minutes=1))

    rebuild_chat_lists()

    assert chat(line).unread == 2
    assert chat_index.whole_until(line.pk) > an_hour_ago


def test_catch_up_shows_our_answer_of_the_meantime(line, ana, settings):
    with redis_away(settings):
        answer("Bom dia!", ana.user)

    rebuild_chat_lists()

    assert (chat(line).entry.text, chat(line).entry.direction) == ("Bom dia!", "out")


def test_catch_up_leaves_unread_what_came_after_an_answer(line, ana):
    answer("Bom dia!", ana.user)
    said(line, "Bom dia, Ana")

    rebuild_chat_lists()

    assert (chat(line).entry.text, chat(line).unread) == ("Bom dia, Ana", 1)


def test_catch_up_shows_nothing_that_was_not_sent(line, ana, twilio):
    twilio.behave("400:63003")
    answer("Bom dia!", ana.user)
    send(Conversation.objects.get(), ["mais tarde"], author="consultant", user=ana.user, delay_seconds=3600)

    rebuild_chat_lists()

    assert chat(line).entry.text == "Oi"


def test_rebuild_of_a_lost_list_counts_nothing_as_unread_then_or_later(line):
    lose_chat_lists()

    for _ in range(2):
        rebuild_chat_lists()

    assert (chat(line).entry.text, chat(line).unread) == ("Oi", 0)


def test_list_that_somebody_looks_at_before_the_sweep_counts_nothing_as_unread(line):
    lose_chat_lists()

    assert rebuilding.ensure_built(line)
    rebuild_chat_lists()

    assert (chat(line).entry.text, chat(line).unread) == ("Oi", 0)


def test_catch_up_of_a_list_that_came_back_older_brings_it_up_to_date(line, redis_client):
    """As after a restart from a snapshot, which knows how old it is."""
    before = {key: redis_client.dump(key) for key in chat_keys()}
    said(line, "depois do retrato")
    rebuild_chat_lists()
    lose_chat_lists()
    for key, value in before.items():
        redis_client.restore(key, 0, value)
    assert chat(line).entry.text == "Oi"

    rebuild_chat_lists()

    assert (chat(line).entry.text, chat(line).unread) == ("depois do retrato", 2)
