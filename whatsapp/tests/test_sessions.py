"""Consultants' own lines: everybody in the list, only leads in the database."""

import time
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from leads import clock
from leads.models import LeadIdentity
from leads.tests.makers import make_consultant, make_lead, make_manager
from whatsapp import chat_index, delivery, rebuilding, sessions
from whatsapp.models import Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services import send
from whatsapp.signals import message_changed, message_received
from whatsapp.sweeps import rebuild_chat_lists
from whatsapp.tests.makers import (
    INBOUND_PATH,
    heard,
    inbound_form,
    lose_chat_lists,
    make_consultant_line,
    post_signed,
)

pytestmark = pytest.mark.django_db
STRANGER = "whatsapp:+5521955554444"


@pytest.fixture
def ana():
    return make_consultant("ana")


@pytest.fixture
def line(ana):
    return make_consultant_line(ana)


def message(line, body="Oi", **over) -> InboundMessage:
    return InboundMessage.parse(inbound_form(body, To=line.address, **over))


def known_lead(phone="+5511987654321"):
    lead = make_lead(phone=phone)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=phone, shown=phone)
    return lead


def chats(line):
    return chat_index.page(line.pk)


def test_take_in_stranger_is_in_the_list_and_not_in_the_database(line):
    sessions.take_in(line, [message(line, "Segredo", From=STRANGER, ProfileName="Vizinha")])

    [chat] = chats(line)
    assert (chat.entry.name, chat.entry.text, chat.entry.address, chat.unread) == (
        "Vizinha",
        "Segredo",
        STRANGER,
        1,
    )
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()


def test_take_in_a_thousand_strangers_leaves_no_trace_in_the_database(line):
    batch = [
        message(line, f"recado {n}", From=f"whatsapp:+55219{n:08d}", ProfileName=f"Pessoa {n}")
        for n in range(1000)
    ]

    sessions.take_in(line, batch)

    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"select count(*) from \"{table}\" t where t::text ~ 'recado|Pessoa [0-9]|55219'")
            assert cursor.fetchone() == (0,), table
    assert len(chat_index.page(line.pk, limit=1500)) == 1000


def test_take_in_known_lead_is_stored_and_announced(line, django_capture_on_commit_callbacks):
    lead, facts = known_lead(), heard(message_received)

    with django_capture_on_commit_callbacks(execute=True):
        sessions.take_in(line, [message(line, "Olá")])

    conversation = Conversation.objects.get()
    assert (conversation.lead, conversation.status) == (lead, "transferred")
    assert Message.objects.get().body == "Olá"
    assert facts[0]["line_kind"] == "consultant"
    assert chats(line)[0].entry.conversation == str(conversation.pk)


def test_take_in_stranger_tells_the_consultants_browsers(line, ana, django_capture_on_commit_callbacks):
    facts = heard(message_changed)

    with django_capture_on_commit_callbacks(execute=True):
        sessions.take_in(line, [message(line, "Oi, Ana", From=STRANGER)])

    chat = facts[0]["chat"]
    assert chat["consultant_id"] == ana.pk
    assert chat["chat_id"] == chats(line)[0].entry.chat_id
    assert (chat["message"]["body"], chat["message"]["direction"]) == ("Oi, Ana", "in")


def test_take_in_same_message_again_counts_once(line, django_capture_on_commit_callbacks):
    said, facts = message(line, From=STRANGER), heard(message_changed)

    with django_capture_on_commit_callbacks(execute=True):
        assert sessions.take_in(line, [said]) == 1
        assert sessions.take_in(line, [said]) == 0

    assert chats(line)[0].unread == 1
    assert len(facts) == 1


def test_take_in_noise_and_own_messages_are_filtered(line):
    noise = [
        message(line, From=line.address),
        message(line, From="status@broadcast"),
        message(line, From="whatsapp:12036302@g.us"),
        message(line, SmsStatus="delivered"),
    ]

    assert sessions.take_in(line, noise) == 0
    assert chats(line) == []


def test_take_in_list_is_bounded_and_newest_first(line, settings):
    settings.CHAT_INDEX_SIZE = 3

    for number in range(5):
        sessions.take_in(line, [message(line, str(number), From=f"whatsapp:+55219000000{number}0")])

    assert [chat.entry.text for chat in chats(line)] == ["4", "3", "2"]


def test_take_in_batch_of_strangers_asks_the_database_twice(line, django_assert_num_queries):
    """Whether they are leads: before they are in the list, and after."""
    batch = [message(line, From=f"whatsapp:+55219{n:08d}") for n in range(50)]

    with django_assert_num_queries(2):
        sessions.take_in(line, batch)


def test_take_in_without_redis_still_keeps_the_lead(line, settings, monkeypatch):
    known_lead()
    from whatsapp.redis_connection import connection as redis_connection

    redis_connection.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:9"
    try:
        started = time.monotonic()
        sessions.take_in(line, [message(line)])
        assert time.monotonic() - started < 3
    finally:
        redis_connection.cache_clear()
    assert Message.objects.count() == 1


def test_webhook_of_a_consultants_line_goes_to_the_session(client, line):
    form = inbound_form("Oi", To=line.address, From=STRANGER)

    assert post_signed(client, INBOUND_PATH, form).status_code == 200
    assert chats(line)[0].entry.text == "Oi"
    assert not Message.objects.exists()


def test_delivered_answer_is_the_chats_last_message_and_reads_it(line, ana, twilio):
    known_lead()
    sessions.take_in(line, [message(line, "Oi")])

    send(Conversation.objects.get(), ["Bom dia!"], author="consultant", user=ana.user)
    delivery.deliver_due()

    [chat] = chats(line)
    assert (chat.entry.text, chat.entry.direction, chat.unread) == ("Bom dia!", "out", 0)
    assert twilio.accepted[0]["from"] == line.address


def test_chats_api_shows_ones_own_line_page_by_page(line, ana):
    sessions.take_in(line, [message(line, str(n), From=f"whatsapp:+55219{n:08d}") for n in range(5)])
    client = APIClient()
    client.force_authenticate(ana.user)

    first = client.get("/api/chats/", {"page_size": 3}).json()
    second = client.get(first["next"]).json()

    texts = [chat["last_message"] for chat in first["results"] + second["results"]]
    assert texts == ["4", "3", "2", "1", "0"]
    assert second["next"] is None
    chat = first["results"][0]
    assert chat["unread_count"] == 1
    assert client.post(f"/api/chats/{chat['id']}/read/").status_code == 204
    assert client.get("/api/chats/").json()["results"][0]["unread_count"] == 0


def test_chats_api_pages_meet_though_all_wrote_in_one_instant(line, ana):
    with clock.virtual(datetime(2026, 3, 10, tzinfo=UTC)):
        sessions.take_in(line, [message(line, str(n), From=f"whatsapp:+55219{n:08d}") for n in range(7)])
    client = APIClient()
    client.force_authenticate(ana.user)

    seen, address = [], "/api/chats/?page_size=3"
    while address:
        page = client.get(address).json()
        seen += [chat["last_message"] for chat in page["results"]]
        address = page["next"]

    assert sorted(seen) == list("0123456")


def test_chats_api_goes_on_where_the_last_chat_of_a_page_has_moved_up(line, ana):
    sessions.take_in(line, [message(line, str(n), From=f"whatsapp:+55219{n:08d}") for n in range(5)])
    client = APIClient()
    client.force_authenticate(ana.user)
    first = client.get("/api/chats/", {"page_size": 2}).json()

    sessions.take_in(line, [message(line, "again", From="whatsapp:+5521900000003")])
    second = client.get(first["next"]).json()

    assert [chat["last_message"] for chat in second["results"]] == ["2", "1"]


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", "9" * 40, "1." + "g" * 32, "١.٢", "\x00"])
def test_chats_api_cursor_of_nobody_begins_anew(line, ana, cursor):
    sessions.take_in(line, [message(line, "oi")])
    client = APIClient()
    client.force_authenticate(ana.user)

    assert len(client.get("/api/chats/", {"cursor": cursor}).json()["results"]) == 1


def test_chats_api_is_nobody_elses_business(line):
    sessions.take_in(line, [message(line, From=STRANGER)])
    chat_id = chats(line)[0].entry.chat_id
    for user in (make_manager(), make_consultant("bia").user):
        client = APIClient()
        client.force_authenticate(user)
        assert client.get("/api/chats/", {"line": line.address}).json()["results"] == []
        assert client.post(f"/api/chats/{chat_id}/read/").status_code == 404
    assert Client().get("/api/chats/").status_code == 401


def test_rebuild_after_redis_was_lost_restores_leads_from_rows(line):
    known_lead()
    sessions.take_in(line, [message(line, "guardada")])
    lose_chat_lists()

    rebuilding.ensure_built(line)

    assert [chat.entry.text for chat in chats(line)] == ["guardada"]


def test_rebuild_asks_twilio_for_strangers(line, twilio):
    said = twilio.accept({"From": STRANGER, "To": line.address, "Body": "lembra de mim?"})
    said |= {"direction": "inbound", "status": "received"}

    rebuild_chat_lists()

    [chat] = chats(line)
    assert (chat.entry.text, chat.entry.address, chat.unread) == ("lembra de mim?", STRANGER, 0)
    assert chat_index.how_built(line.pk) == chat_index.ALL
