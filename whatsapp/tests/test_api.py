"""Conversations over HTTP: sight, writing, hands."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from leads.models import LeadEvent, LeadIdentity
from leads.tests.makers import make_consultant, make_lead, make_manager
from whatsapp.models import Conversation, Message
from whatsapp.services import send, transfer
from whatsapp.tests.makers import make_consultant_line, make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make_consultant("ana")


@pytest.fixture
def conversation(ana):
    """Ana's lead has written on the agent's line."""
    lead = make_lead(phone="+5511987654321", consultant=ana)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=lead.phone, shown=lead.phone)
    return make_conversation()


def api(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def url(conversation, tail: str = "") -> str:
    return f"/api/conversations/{conversation.pk}/{tail}"


def test_conversations_of_a_lead_are_listed_for_its_consultant(ana, conversation):
    page = api(ana.user).get("/api/conversations/", {"lead": str(conversation.lead_id)}).json()

    assert set(page) == {"next", "previous", "results"}
    [shown] = page["results"]
    assert shown["id"] == str(conversation.pk)
    assert shown["line"] == "whatsapp:+14155238886"
    assert shown["status"] == "active"
    assert shown["window_closes_at"] is not None


def test_conversations_of_others_do_not_exist(conversation):
    client = api(make_consultant("bia").user)

    assert client.get("/api/conversations/").json()["results"] == []
    for tail in ("", "messages/"):
        assert client.get(url(conversation, tail)).status_code == 404
    for tail in ("messages/", "take-over/", "return-to-agent/", "read/"):
        assert client.post(url(conversation, tail), {"body": "x"}, format="json").status_code == 404
    message = conversation.messages.get()
    assert client.post(f"/api/messages/{message.pk}/retry/").status_code == 404


def test_conversations_want_a_login(conversation):
    assert APIClient().get(url(conversation)).status_code == 401


def test_conversations_list_costs_the_same_with_many(ana, conversation, django_assert_num_queries):
    client = api(ana.user)
    client.get("/api/conversations/")
    with django_assert_num_queries(1):
        client.get("/api/conversations/")
    for number in range(10):
        other = make_conversation(From=f"whatsapp:+551191234{number:04d}")
        Conversation.objects.filter(pk=other.pk).update(consultant=ana)

    with django_assert_num_queries(1):
        assert len(client.get("/api/conversations/").json()["results"]) == 11


def test_messages_are_paged_newest_first(ana, conversation):
    send(conversation, ["um", "dois", "três"], author="agent")
    client = api(ana.user)

    first = client.get(url(conversation, "messages/"), {"page_size": 2}).json()
    second = client.get(first["next"]).json()

    assert [one["body"] for one in first["results"] + second["results"]] == ["três", "dois", "um", "Oi"]
    assert client.get(url(conversation, "messages/"), {"cursor": "cD1ub25zZW5zZQ=="}).status_code == 400


def test_messages_post_of_another_message_with_the_same_client_id_is_refused(ana, conversation):
    client = api(ana.user)
    first = client.post(
        url(conversation, "messages/"), {"body": "Segue a planta", "client_id": "t"}, format="json"
    )

    other = client.post(url(conversation, "messages/"), {"body": "Até logo", "client_id": "t"}, format="json")

    assert (first.status_code, other.status_code) == (201, 422)
    assert other.json()["code"] == "client_id_reused"
    assert [one.body for one in conversation.messages.filter(direction="out")] == ["Segue a planta"]


def test_messages_post_of_a_long_message_again_is_the_same_message(ana, conversation):
    given = {"body": "Uma frase sobre a casa. " * 150, "client_id": "t"}

    answers = [api(ana.user).post(url(conversation, "messages/"), given, format="json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def test_messages_post_queues_takes_over_and_is_idempotent(ana, conversation):
    client = api(ana.user)
    given = {"body": "Olá, sou a Ana", "client_id": "tab-1"}

    first = client.post(url(conversation, "messages/"), given, format="json")
    again = client.post(url(conversation, "messages/"), given, format="json")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first.json() | {
        "status": "queued",
        "author": "consultant",
        "error": None,
        "client_id": "tab-1",
    } == (first.json())
    conversation.refresh_from_db()
    assert (conversation.status, conversation.consultant, conversation.epoch) == ("transferred", ana, 1)
    assert conversation.transferred_at is not None
    lead = conversation.lead
    assert (lead.last_message, lead.last_message_author, lead.waiting_since) == (
        "Olá, sou a Ana",
        "consultant",
        None,
    )
    assert LeadEvent.objects.filter(lead=lead, kind="taken_over").count() == 1


@pytest.mark.parametrize("given", [{}, {"body": ""}, {"body": "   "}, {"body": "x", "author": "agent"}])
def test_messages_post_of_nonsense_is_refused_with_reasons(ana, conversation, given):
    response = api(ana.user).post(url(conversation, "messages/"), given, format="json")

    assert response.status_code == 422
    assert set(response.json()) >= {"code", "detail", "fields"}


def test_messages_post_from_a_colleagues_own_number_is_refused_with_the_name(conversation):
    bia = make_consultant("bia")
    own = make_conversation(line=make_consultant_line(bia))
    assert own.lead == conversation.lead
    failed = send(own, ["Olá"], author="consultant", user=bia.user)[0]
    Message.objects.filter(pk=failed.pk).update(status="failed")
    client = api(conversation.lead.consultant.user)

    response = client.post(url(own, "messages/"), {"body": "oi"}, format="json")

    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")
    assert "bia" in response.json()["detail"]
    assert client.post(f"/api/messages/{failed.pk}/retry/").status_code == 403
    assert own.messages.filter(direction="out").count() == 1
    for user in (bia.user, make_manager()):
        assert api(user).post(url(own, "messages/"), {"body": "oi"}, format="json").status_code == 201


def test_messages_post_outside_the_window_says_why(ana, conversation):
    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=25))

    response = api(ana.user).post(url(conversation, "messages/"), {"body": "oi"}, format="json")

    assert response.status_code == 422
    assert "24 hours" in response.json()["detail"]
    assert not Message.objects.filter(direction="out").exists()


def test_messages_post_long_text_is_split_at_sentences(ana, conversation):
    body = "Uma frase que diz pouco. " * 100

    response = api(ana.user).post(
        url(conversation, "messages/"), {"body": body, "client_id": "t"}, format="json"
    )

    assert response.status_code == 201
    pieces = Message.objects.filter(direction="out").order_by("seq").values_list("body", flat=True)
    assert len(pieces) == 2
    assert all(len(piece) <= 1600 and piece.endswith(".") for piece in pieces)


def test_take_over_stops_the_agent_at_once(ana, conversation):
    [queued] = send(conversation, ["Qual o seu nome?"], author="agent", delay_seconds=5)

    response = api(ana.user).post(url(conversation, "take-over/"))

    assert response.json()["status"] == "transferred"
    assert response.json()["consultant"]["username"] == "ana"
    queued.refresh_from_db()
    assert queued.status == "cancelled"
    assert not Conversation.objects.unanswered().exists()


def test_take_over_of_somebody_elses_conversation_is_a_conflict(ana, conversation):
    bia = make_consultant("bia")
    Conversation.objects.update(status="transferred", consultant=bia)

    response = api(ana.user).post(url(conversation, "take-over/"))

    assert response.status_code == 409
    assert "bia" in response.json()["detail"]


def test_take_over_by_a_manager_twice_changes_nothing_the_second_time(conversation):
    client = api(make_manager())
    for _ in range(3):
        assert client.post(url(conversation, "take-over/")).status_code == 200

    conversation.refresh_from_db()
    assert conversation.epoch == 1
    assert LeadEvent.objects.filter(lead=conversation.lead, kind="taken_over").count() == 1


def test_take_over_by_a_manager_of_what_waits_for_a_consultant_is_one(conversation):
    transfer(conversation, consultant=None, reason="qualified")

    api(make_manager()).post(url(conversation, "take-over/"))

    conversation.refresh_from_db()
    assert (conversation.epoch, conversation.handoff_reason) == (2, "taken_over")


def test_return_to_agent_begins_afresh(ana, conversation):
    client = api(ana.user)
    client.post(url(conversation, "take-over/"))

    response = client.post(url(conversation, "return-to-agent/"))

    assert response.json()["status"] == "active"
    assert response.json()["consultant"] is None
    conversation.refresh_from_db()
    assert (conversation.epoch, conversation.context_start_seq) == (2, 1)
    assert not Conversation.objects.unanswered().exists()


def test_return_to_agent_on_a_consultants_own_line_is_refused(ana):
    line = make_consultant_line(ana)
    conversation = make_conversation(line=line)

    assert api(ana.user).post(url(conversation, "return-to-agent/")).status_code == 409


def test_read_clears_the_leads_unread(ana, conversation):
    assert conversation.lead.unread_count == 1

    assert api(ana.user).post(url(conversation, "read/")).status_code == 200

    conversation.lead.refresh_from_db()
    assert conversation.lead.unread_count == 0


def test_retry_of_a_failed_message_makes_a_new_one(conversation):
    [message] = send(conversation, ["Olá"], author="agent")
    client = api(make_manager())
    assert client.post(f"/api/messages/{message.pk}/retry/").status_code == 422
    Message.objects.filter(pk=message.pk).update(status="failed", error_code="63024")

    response = client.post(f"/api/messages/{message.pk}/retry/")

    assert response.status_code == 201
    assert response.json()["retry_of"] == str(message.pk)
    shown = client.get(url(conversation, "messages/")).json()["results"]
    assert shown[1]["error"] == {"code": "63024", "text": "This number is not on WhatsApp."}
