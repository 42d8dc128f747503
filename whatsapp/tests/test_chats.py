"""The chats of one's own line over HTTP: read what the list holds, make a lead of somebody, answer."""

import pytest
from rest_framework.test import APIClient

from leads.models import Lead
from leads.tests.makers import make_consultant, make_manager, make_statuses
from whatsapp import chat_index, delivery, sessions
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import InboundMessage
from whatsapp.redis_connection import connection
from whatsapp.tests.makers import inbound_form, make_consultant_line

pytestmark = pytest.mark.django_db
STRANGER = "whatsapp:+5521955554444"


@pytest.fixture
def ana():
    make_statuses()
    return make_consultant("ana")


@pytest.fixture
def line(ana):
    return make_consultant_line(ana)


def api(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def writes(line: Line, *texts: str) -> str:
    """The chat's id."""
    for text in texts:
        form = inbound_form(text, To=line.address, From=STRANGER, ProfileName="Vizinha")
        sessions.take_in(line, [InboundMessage.parse(form)])
    return chat_index.page(line.pk)[0].entry.chat_id


def test_messages_of_a_stranger_are_read_from_the_list_alone(line, ana):
    chat = writes(line, "oi", "tudo bem?")

    answer = api(ana.user).get(f"/api/chats/{chat}/messages/").json()

    said = [(one["direction"], one["author"], one["body"]) for one in answer["results"]]
    assert said == [("in", "client", "tudo bem?"), ("in", "client", "oi")]
    assert not Message.objects.exists()


def test_make_lead_gives_it_to_the_consultant_and_opens_the_conversation(
    line, ana, twilio, django_capture_on_commit_callbacks
):
    line.brought_messages = 1
    line.save()
    chat = writes(line, "oi", "quero comprar")

    with django_capture_on_commit_callbacks(execute=True):
        answer = api(ana.user).post(f"/api/chats/{chat}/lead/", {}, format="json")

    assert answer.status_code == 201
    lead = Lead.objects.get(pk=answer.json()["lead"])
    assert (lead.name, lead.phone, lead.consultant) == ("Vizinha", "+5521955554444", ana)
    assert [message.body for message in Message.objects.all()] == ["quero comprar"]
    written = api(ana.user).post(
        f"/api/conversations/{answer.json()['conversation']}/messages/", {"body": "Olá!"}, format="json"
    )
    assert written.status_code == 201
    delivery.deliver_due()
    assert (twilio.accepted[0]["from"], twilio.accepted[0]["to"]) == (line.address, STRANGER)


def test_make_lead_twice_is_one_lead(line, ana):
    chat = writes(line, "oi")
    first = api(ana.user).post(f"/api/chats/{chat}/lead/", {"name": "Dona Rita"}, format="json")
    second = api(ana.user).post(f"/api/chats/{chat}/lead/", {}, format="json")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Lead.objects.get().name == "Dona Rita"
    assert Conversation.objects.count() == 1


def test_make_lead_of_a_colleagues_lead_tells_the_conversation_alone(line, ana):
    chat, bia = writes(line, "oi"), make_consultant("bia")
    api(bia.user).post("/api/leads/", {"name": "Rita", "phone": "+5521955554444"}, format="json")

    answer = api(ana.user).post(f"/api/chats/{chat}/lead/", {}, format="json")

    assert (answer.status_code, answer.json()["lead"]) == (200, None)
    assert Lead.objects.get().consultant == bia
    mine = api(ana.user).get(f"/api/conversations/{answer.json()['conversation']}/messages/")
    assert mine.status_code == 200


@pytest.mark.parametrize("action", ["messages", "read", "lead"])
def test_chat_is_nobody_elses_business(line, action):
    chat = writes(line, "segredo")
    for user in (make_manager(), make_consultant("bia").user):
        client = api(user)
        ask = client.get if action == "messages" else client.post
        assert ask(f"/api/chats/{chat}/{action}/").status_code == 404
    assert APIClient().post(f"/api/chats/{chat}/{action}/").status_code == 401


def test_chat_on_a_second_line_of_ones_own_is_found(line, ana):
    second = make_consultant_line(ana, address="whatsapp:+14155550102", name="Second")
    chat = writes(second, "oi")

    assert api(ana.user).post(f"/api/chats/{chat}/read/").status_code == 204


@pytest.mark.parametrize("path", ["", "x/messages/", "x/read/", "x/lead/"])
def test_chats_without_redis_are_unavailable_for_the_moment(line, ana, settings, path):
    settings.REDIS_URL = "redis://127.0.0.1:9"
    connection.cache_clear()
    try:
        client = api(ana.user)
        ask = client.get if path in ("", "x/messages/") else client.post
        answer = ask(f"/api/chats/{path}")
    finally:
        connection.cache_clear()

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
