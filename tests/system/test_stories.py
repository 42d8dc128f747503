"""The six flows, each through real processes: webhooks in, Twilio's wire out, rows in between."""

import json
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest
from rest_framework.authtoken.models import Token

from agent.models import AgentTurn, Notification
from agent.tests.openai_double import OpenAIDouble
from leads import circles
from leads.models import Assignment, AssignmentRule, Consultant, Delivery, Lead, User
from tests.stack import Stack, wait_for
from tests.system.twilio_client import ANAS_LINE, inbound, post
from whatsapp.models import Conversation, Message
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN, TwilioDouble

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def twilio():
    with TwilioDouble() as double:
        yield double


@pytest.fixture(scope="module")
def openai():
    """A model that thinks for a while and then fails, so that what is said is the scripted agent's."""
    with OpenAIDouble(standing={"status": 500, "delay": 2.0}) as double:
        yield double


@pytest.fixture(scope="module")
def stack_settings(twilio, openai):
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": twilio.url,
        "OPENAI_BASE_URL": openai.base_url,
        "OPENAI_API_KEY": "test",
        "AGENT_DEBOUNCE_SECONDS": "0.5",
        "AGENT_TYPING_PACE": "0",
    }


def say(stack: Stack, phone: str, *texts: str, **more: str) -> None:
    for text in texts:
        assert post(stack.base_url, "/webhooks/whatsapp/", inbound(phone, text, **more)) == 200


def heard_by(twilio: TwilioDouble, phone: str) -> list[str]:
    return [message["body"] for message in twilio.accepted if message["to"] == f"whatsapp:{phone}"]


def talk(stack: Stack, twilio: TwilioDouble, phone: str, *texts: str) -> None:
    """Say one thing after another, each after the agent's answer to the one before."""
    for text in texts:
        before = len(heard_by(twilio, phone))
        say(stack, phone, text)
        wait_for(lambda before=before: len(heard_by(twilio, phone)) > before, what="a reply", seconds=40)


def call_api(stack: Stack, username: str, path: str, body: dict | None = None) -> dict:
    token, _ = Token.objects.get_or_create(user=User.objects.get(username=username))
    headers = {"Authorization": f"Token {token.key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{stack.base_url}/api/{path}", data, headers), timeout=20) as answer:
        return json.load(answer)


def post_lead(stack: Stack, **fields: str) -> str:
    headers = {"Authorization": "Bearer demo-secret", "Content-Type": "application/json"}
    request = Request(f"{stack.base_url}/webhooks/leads/site/", json.dumps(fields).encode(), headers)
    with urlopen(request, timeout=20) as answer:
        assert answer.status == 202
        return json.load(answer)["delivery"]


def test_lead_creation_from_webhook_to_notified_consultant(stack):
    delivery = post_lead(stack, nome="Júlia Prado", telefone="(11) 98888-7701", mensagem="Quero visitar hoje")
    wait_for(lambda: Delivery.objects.get(pk=delivery).state == "processed", what="the delivery")
    lead = Lead.objects.get(deliveries=delivery)
    assert (lead.name, lead.phone, lead.status_id) == ("Júlia Prado", "+5511988887701", "new")
    assert lead.classification["source"] == "rules"
    assert lead.consultant is not None
    told = Notification.objects.filter(notice__lead=lead, channel="app")
    wait_for(told.exists, what="the notification")
    kinds = set(lead.events.values_list("kind", flat=True))
    assert {"received", "classified", "assigned"} <= kinds


def test_lead_qualification_to_handoff_with_history(stack, twilio):
    phone = "+5511977770001"
    talk(
        stack,
        twilio,
        phone,
        "Oi, quero comprar um apartamento",
        "em Moema, até 600 mil",
        "Meu nome é Rita Lopes",
    )
    transferred = Conversation.objects.filter(client_address=f"whatsapp:{phone}", status="transferred")
    conversation = wait_for(transferred.first, what="the handoff", seconds=40)
    lead = conversation.lead
    assert (conversation.stage, conversation.handoff_reason) == ("qualified", "qualified")
    assert lead.name == "Rita Lopes"
    assert lead.slots["budget"]["value"] == {"min": None, "max": 600000}
    assert "600 mil" in lead.slots["budget"]["quote"]
    assert conversation.consultant == lead.consultant
    assert lead.events.filter(kind="handoff").count() == 1
    before = len(heard_by(twilio, phone))
    say(stack, phone, "obrigada!")
    time.sleep(4)
    assert len(heard_by(twilio, phone)) == before
    assert len(twilio.typing) > 0


def test_consultant_replies_from_the_desk_and_the_agent_is_silent(stack, twilio):
    phone = "+5511977770002"
    talk(stack, twilio, phone, "quero falar com um atendente")
    conversation = wait_for(
        Conversation.objects.filter(client_address=f"whatsapp:{phone}", status="transferred").first,
        what="the handoff",
    )
    username = conversation.lead.consultant.user.username
    body = {"body": "Olá, aqui é da equipe.", "client_id": "desk-1"}
    first = call_api(stack, username, f"conversations/{conversation.pk}/messages/", body)
    again = call_api(stack, username, f"conversations/{conversation.pk}/messages/", body)
    assert first["id"] == again["id"]
    wait_for(
        lambda: heard_by(twilio, phone).count("Olá, aqui é da equipe.") == 1, what="the consultant's words"
    )
    say(stack, phone, "ótimo, pode ser sábado?")
    time.sleep(3)
    assert heard_by(twilio, phone)[-1] == "Olá, aqui é da equipe."


def test_consultant_session_keeps_strangers_out_of_the_database(stack):
    say(stack, "+5511977770003", "segredo de família", line=ANAS_LINE)
    chats = wait_for(lambda: call_api(stack, "ana", "chats/")["results"], what="the chat")
    assert any("segredo de família" in json.dumps(chat, ensure_ascii=False) for chat in chats)
    assert not Message.objects.filter(body__contains="segredo").exists()


def test_twenty_deliveries_of_one_webhook_make_one_message_and_one_reply(stack, twilio):
    phone, form = "+5511977770004", None
    form = inbound(phone, "Olá, tudo bem?", sid="SM" + "7" * 32)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(stack.base_url, "/webhooks/whatsapp/", form), range(20)))
    assert answers == [200] * 20
    wait_for(lambda: heard_by(twilio, phone), what="the reply", seconds=40)
    time.sleep(3)
    assert Message.objects.filter(sid=form["MessageSid"]).count() == 1
    assert AgentTurn.objects.filter(conversation__client_address=form["From"], outcome="replied").count() == 1


def test_unsigned_webhook_is_refused_and_leaves_nothing(stack):
    form = inbound("+5511977770005", "psst")
    assert post(stack.base_url, "/webhooks/whatsapp/", form, signed_with="wrong") == 403
    assert not Conversation.objects.filter(client_address=form["From"]).exists()


def test_worker_killed_while_thinking_replies_once_after_restart(stack, twilio, openai):
    phone, asked = "+5511977770006", len(openai.calls)
    say(stack, phone, "Oi, quero alugar uma casa")
    wait_for(lambda: len(openai.calls) > asked, what="the model being asked")
    stack.kill_worker(signal.SIGKILL)
    stack.start_worker()
    wait_for(lambda: heard_by(twilio, phone), what="the reply after the restart", seconds=60)
    time.sleep(5)
    turns = AgentTurn.objects.filter(conversation__client_address=f"whatsapp:{phone}", outcome="replied")
    assert turns.count() == 1
    said = Message.objects.filter(conversation__client_address=f"whatsapp:{phone}", direction="out")
    assert len(heard_by(twilio, phone)) == said.count()


def test_two_hundred_leads_from_sixteen_connections_are_shared_fairly(stack):
    rule = AssignmentRule.objects.get(name="Everyone")
    users = [
        User.objects.create(username=f"fair{number}", first_name=f"Fair {number}") for number in range(2)
    ]
    circles.seat(rule, [Consultant.objects.create(user=user) for user in users])
    first = Assignment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def send(number: int) -> str:
        return post_lead(
            stack, nome=f"Pessoa {number}", telefone=f"(21) 9{81000000 + number}", mensagem="Olá"
        )

    with ThreadPoolExecutor(16) as pool:
        deliveries = list(pool.map(send, range(200)))
    owed = Delivery.objects.filter(pk__in=deliveries).exclude(state="processed")
    wait_for(lambda: not owed.exists(), what="two hundred leads", seconds=60)
    given = Assignment.objects.filter(pk__gt=first, lead__deliveries__in=deliveries)
    shares = Counter(given.values_list("consultant_id", flat=True))
    assert sum(shares.values()) == 200
    assert len(shares) == 5
    assert max(shares.values()) - min(shares.values()) <= 1
