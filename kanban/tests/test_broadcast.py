"""What is sent, to whom, and what it costs when Redis is away."""

import json
import socket
import time

import pytest

from kanban import broadcast
from kanban.tests.sockets import in_database, live_socket_of
from kanban.wire import Address, channel, unpack
from leads.services.board import move_lead
from leads.signals import lead_changed
from leads.tests.makers import make_consultant, make_lead, make_manager
from whatsapp.signals import message_changed
from whatsapp.tests.makers import make_consultant_line, make_conversation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(redis_client):
    """Reads what was published since the test began."""
    with redis_client.pubsub() as subscription:
        subscription.subscribe(channel())
        assert subscription.get_message(timeout=2)["type"] == "subscribe"

        def read() -> list[tuple[Address, dict]]:
            found = []
            while message := subscription.get_message(timeout=0.3):
                address, text = unpack(message["data"])
                found.append((address, json.loads(text)))
            return found

        yield read


def test_message_of_a_lead_goes_to_its_consultant_and_managers_as_in_the_api(sent):
    ana = make_consultant("ana")
    lead = make_lead(consultant=ana, phone="+5511987654321")
    conversation = make_conversation()
    conversation.lead = lead
    conversation.save()
    sent()
    message = conversation.messages.get()
    message_changed.send(None, conversation_id=str(conversation.pk), message_id=str(message.pk))
    [(address, frame)] = sent()
    assert address == Address(users=(ana.pk,), managers=True)
    assert (frame["type"], frame["lead"]["id"]) == ("whatsapp:message", str(lead.pk))
    told = frame["data"]["message"]
    assert (told["id"], told["conversation"], told["direction"], told["body"]) == (
        str(message.pk),
        str(conversation.pk),
        "in",
        "Oi",
    )
    assert frame["actor"]["kind"] == "client"


def test_message_of_nobody_that_is_a_lead_names_its_chat(sent):
    conversation = make_conversation()
    [(address, frame)] = [one for one in sent() if one[1]["type"] == "whatsapp:message"]
    assert address == Address(managers=True)
    assert frame["lead"] is None
    assert frame["data"]["chat_id"] == str(conversation.pk)
    assert set(frame["data"]) == {"chat_id", "message", "timestamp"}


def test_private_chat_goes_to_the_lines_consultant_alone(sent):
    ana = make_consultant("ana")
    make_consultant_line(ana)
    chat = {
        "consultant_id": ana.pk,
        "chat_id": "c1",
        "message": {"body": "Oi"},
        "timestamp": "2026-11-22T10:00:00Z",
    }
    message_changed.send(None, chat=chat)
    [(address, frame)] = sent()
    assert address == Address(users=(ana.pk,))
    assert frame["lead"] is None
    assert frame["data"] == {"chat_id": "c1", "message": {"body": "Oi"}, "timestamp": "2026-11-22T10:00:00Z"}
    assert isinstance(frame["seq"], int)


def test_stored_words_on_an_own_line_whose_lead_is_gone_reach_no_manager(sent):
    ana = make_consultant("ana")
    make_conversation(line=make_consultant_line(ana))
    [(address, frame)] = [one for one in sent() if one[1]["type"] == "whatsapp:message"]
    assert (address, frame["lead"]) == (Address(users=(ana.pk,)), None)


async def test_private_chat_reaches_no_manager_and_no_colleague():
    ana, bia = await in_database(make_consultant), await in_database(make_consultant)
    manager = await in_database(make_manager)
    chat = {"consultant_id": ana.pk, "chat_id": "c1", "message": {"body": "Oi"}, "timestamp": None}
    async with (
        live_socket_of(ana.user) as own,
        live_socket_of(bia.user) as other,
        live_socket_of(manager) as boss,
    ):
        await in_database(message_changed.send, None, chat=chat)
        assert (await own.frame())["data"]["chat_id"] == "c1"
        assert await other.is_quiet()
        assert await boss.is_quiet()


def test_change_of_a_lead_that_is_gone_is_passed_over(sent):
    lead_changed.send(
        None,
        lead_id="00000000-0000-4000-8000-000000000000",
        action="edited",
        changed=[],
        origin="",
        actor={},
        lost_by=[],
    )
    assert sent() == []


@pytest.fixture
def hung_redis(monkeypatch):
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(broadcast, "_redis", broadcast.connect(url))
        monkeypatch.setattr(broadcast, "_paused_until", 0.0)
        yield


@pytest.fixture
def dead_redis(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setattr(broadcast, "_redis", broadcast.connect(url))
    monkeypatch.setattr(broadcast, "_paused_until", 0.0)


@pytest.mark.parametrize("outage", ["hung_redis", "dead_redis"])
def test_move_while_redis_is_away_is_saved_and_costs_a_second_once(request, outage):
    request.getfixturevalue(outage)
    manager, lead = make_manager(), make_lead()
    began = time.monotonic()
    assert move_lead(user=manager, lead_id=lead.pk, status="won").status_id == "won"
    assert time.monotonic() - began < 1.6
    began = time.monotonic()
    for status in ("lost", "new"):
        move_lead(user=manager, lead_id=lead.pk, status=status)
    assert time.monotonic() - began < 0.5
