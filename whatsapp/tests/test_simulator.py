"""The phone speaks Twilio's protocol to a real server, and the real client speaks it back."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from leads.tests.makers import make_manager
from whatsapp import client as twilio_client
from whatsapp import delivery, media, template_sync
from whatsapp.accounts import Account, account_of
from whatsapp.arrivals import take_in_waiting
from whatsapp.models import Conversation, Message
from whatsapp.services import send, send_file_as_consultant, send_template_to, show_typing_under
from whatsapp.simulator.contents import CONTENTS
from whatsapp.tests.files import PNG, upload
from whatsapp.tests.makers import AGENT_NUMBER, CLIENT, make_line

pytestmark = pytest.mark.django_db(transaction=True)
ENDS = {"number": "+55 11 98765-4321", "line": AGENT_NUMBER}


@pytest.fixture
def server(live_server, settings):
    """Our own site over HTTP, at its public address."""
    settings.PUBLIC_URL = live_server.url
    return live_server


def write(client, body="Olá", **over):
    """Type on the phone; the worker that the webhook wakes has run."""
    answer = client.post("/simulator/send/", ENDS | {"name": "Marina", "body": body} | over)
    take_in_waiting()
    return answer


def test_send_goes_through_the_signed_webhook(client, server):
    make_line()

    response = write(client, "Oi, tudo bem?")

    assert response.status_code == 201
    message = Message.objects.get()
    assert (message.body, message.sid) == ("Oi, tudo bem?", response.json()["sid"])
    assert message.conversation.client_address == CLIENT
    assert message.conversation.profile_name == "Marina"


def test_conversation_both_ways_with_typing_ticks_and_statuses(client, server):
    make_line()
    write(client)
    conversation = Conversation.objects.get()

    show_typing_under(conversation.line, conversation.messages.get().sid)
    shown = client.get("/simulator/messages/", ENDS).json()
    assert shown["is_typing"]
    assert shown["messages"][0]["status"] == "read"

    [reply] = send(conversation, ["Oi! Qual o seu nome?"], author="agent")
    delivery.deliver_due()
    shown = client.get("/simulator/messages/", ENDS).json()
    assert [one["body"] for one in shown["messages"]] == ["Olá", "Oi! Qual o seu nome?"]
    assert not shown["is_typing"]

    assert client.post("/simulator/read/", ENDS).json() == {"read": 1}
    reply.refresh_from_db()
    assert reply.status == "read"
    assert client.post("/simulator/read/", ENDS).json() == {"read": 0}


def test_list_messages_shows_both_directions_as_twilio_does(client, server):
    line = make_line()
    write(client, "primeira")
    send(Conversation.objects.get(), ["resposta"], author="agent")
    delivery.deliver_due()
    since = timezone.now() - timedelta(hours=1)

    [received] = twilio_client.list_messages(account_of(line), recipient=AGENT_NUMBER, since=since, limit=10)
    [sent] = twilio_client.list_messages(account_of(line), sender=AGENT_NUMBER, since=since, limit=10)

    assert (received.body, received.sender, received.status) == ("primeira", CLIENT, "received")
    assert (sent.body, sent.recipient) == ("resposta", CLIENT)


@pytest.mark.parametrize("kind", ["location", "audio", "ad"])
def test_send_other_kinds_arrive_as_what_they_are(client, server, kind):
    make_line()

    assert write(client, "vi o anúncio", kind=kind).status_code == 201

    message = Message.objects.get()
    evidence = {
        "location": message.details.get("Latitude"),
        "audio": message.media,
        "ad": message.conversation.referral,
    }
    assert evidence[kind]


def test_voice_note_is_fetched_like_a_real_one(client, server, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_line()
    write(client, "", kind="audio")

    media.fetch_due()

    [item] = Message.objects.get().media
    assert default_storage.open(item["file"]).read(4) == b"RIFF"


@pytest.mark.parametrize(
    "over", [{"number": "12"}, {"line": "whatsapp:+1999"}, {"body": " "}, {"kind": "fax"}]
)
def test_send_what_makes_no_sense_is_refused(client, server, over):
    make_line()

    assert write(client, **over).status_code == 400
    assert not Message.objects.exists()


def test_send_says_so_when_the_crm_does_not_take_it(client, settings):
    make_line()
    settings.PUBLIC_URL = "http://127.0.0.1:9"

    response = write(client)

    assert response.status_code == 502
    assert "did not take" in response.json()["detail"]


def test_twilio_paths_want_the_accounts_credentials(server):
    make_line()
    good = account_of(None)
    wrong = Account(good.sid, "guess", (), good.api_base_url)

    with pytest.raises(twilio_client.RefusedError):
        twilio_client.create_message(wrong, sender=AGENT_NUMBER, recipient=CLIENT, body="x", callback_url="")
    assert twilio_client.check_account(good) == "active"
    assert Client().post("/simulator/twilio/v2/Indicators/Typing.json").status_code == 401


def test_twilio_paths_refuse_what_twilio_refuses(server):
    account = account_of(None)
    with pytest.raises(twilio_client.RefusedError, match="21617"):
        twilio_client.create_message(
            account, sender=AGENT_NUMBER, recipient=CLIENT, body="x" * 1601, callback_url=""
        )
    with pytest.raises(twilio_client.RefusedError, match="21211"):
        twilio_client.create_message(account, sender=AGENT_NUMBER, recipient="+55", body="x", callback_url="")


def test_reset_empties_the_phone_not_the_crm(client, server):
    make_line()
    write(client)

    client.post("/simulator/reset/", ENDS)

    assert client.get("/simulator/messages/", ENDS).json()["messages"] == []
    assert Message.objects.count() == 1


def test_page_needs_no_login_and_writes_need_a_csrf_token(server):
    make_line()
    browser = Client(enforce_csrf_checks=True)

    assert b"phone-form" in browser.get("/simulator/").content
    assert write(browser).status_code == 403


def test_templates_of_the_simulator_are_read_and_filled_on_the_phone(client, server):
    line = make_line()
    assert template_sync.sync_templates().count == len(CONTENTS)

    send_template_to(
        line=line, phone=CLIENT, template="visit_reminder", variables={"1": "Marina", "2": "sábado às 10h"}
    )
    delivery.deliver_due()

    [shown] = client.get("/simulator/messages/", ENDS).json()["messages"]
    assert shown["body"].startswith("Olá Marina, lembrando da sua visita em sábado às 10h.")
    assert shown["body"].endswith("[Sim]\n[Quero remarcar]")
    assert shown["kind"] == "template"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"content_sid": "HX" + "0" * 32}, "21655"),
        ({"content_sid": CONTENTS[0]["sid"], "content_variables": "no json"}, "21656"),
        ({"content_sid": CONTENTS[0]["sid"], "content_variables": "[]"}, "21656"),
    ],
)
def test_template_that_twilio_would_refuse_is_refused(client, server, content, code):
    account = account_of(make_line())
    with pytest.raises(twilio_client.RefusedError, match=code):
        twilio_client.create_message(
            account, sender=AGENT_NUMBER, recipient=CLIENT, callback_url=server.url, **content
        )


def test_file_of_ours_is_shown_on_the_phone(client, server, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_line()
    write(client)
    send_file_as_consultant(
        conversation_id=Conversation.objects.get().pk,
        user=make_manager(),
        file=upload(PNG, "planta baixa.png"),
    )
    delivery.deliver_due()

    shown = client.get("/simulator/messages/", ENDS).json()["messages"][-1]

    assert (shown["media_type"], shown["body"]) == ("image/png", "")
    assert b"".join(client.get(shown["media_url"]).streaming_content) == PNG
