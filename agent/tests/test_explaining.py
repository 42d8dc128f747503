"""Why did it say this: from a message back to the decision, for those who may see the thread."""

from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agent import flows
from agent.brains.scripted import ScriptedBrain
from agent.explaining import explain, turn_behind
from agent.models import AgentTurn, KnowledgeSnippet, Playbook, UnansweredQuestion
from agent.playbook_library import load_library
from agent.playbooks import publish
from agent.tests.model_answers import ASKS_WHERE
from agent.tests.openai_double import OpenAIDouble
from leads.tests.makers import make_circle, make_consultant, make_manager, make_statuses
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import InboundMessage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana():
    make_statuses()
    ana = make_consultant("ana")
    make_circle(ana)
    return ana


@pytest.fixture
def line(ana, settings) -> Line:
    settings.AGENT_DEBOUNCE_SECONDS = settings.AGENT_TYPING_PACE = 0
    playbook = Playbook.objects.create(
        name="Homes", domain="real_estate", draft=load_library("real_estate"), is_default=True
    )
    publish(playbook)
    return Line.objects.create(name="Agent", address="whatsapp:+14155238886")


def write(line: Line, *texts: str, brain=None) -> Conversation:
    for text in texts:
        inbound = InboundMessage(
            sid=f"SM{uuid4().hex}",
            sender="whatsapp:+5511987654321",
            recipient=line.address,
            phone="+5511987654321",
            body=text,
        )
        conversation = whatsapp.record_inbound(line, inbound).conversation
    flows.answer_message(conversation.pk, brain=brain)
    return conversation


def last_said(conversation: Conversation) -> Message:
    return conversation.messages.filter(author="agent").order_by("-seq").first()


def why(user, message: Message):
    browser = Browser()
    browser.force_login(user)
    return browser.get(reverse("message-why", args=[message.pk]))


def test_every_message_leads_back_to_its_own_turn(line):
    conversation = write(line, "oi, quero alugar", brain=ScriptedBrain())
    first = list(conversation.messages.filter(author="agent"))
    write(line, "em Perdizes", brain=ScriptedBrain())
    second = last_said(conversation)
    turns = {turn_behind(message) for message in first}
    assert len(turns) == 1
    assert turn_behind(second) not in turns
    assert explain(turn_behind(second))["read"] == ["em Perdizes"]


def test_message_sent_again_leads_back_to_the_first(line):
    conversation = write(line, "oi", brain=ScriptedBrain())
    said = last_said(conversation)
    Message.objects.filter(pk=said.pk).update(status="failed")
    again = whatsapp.retry_message(message_id=said.pk, user=make_manager())
    assert turn_behind(again) == turn_behind(said) is not None


def test_explanation_is_in_plain_words(line):
    conversation = write(line, "Oi, quero alugar uma casa em Perdizes", brain=ScriptedBrain())
    told = explain(turn_behind(last_said(conversation)))
    understood = {line["label"]: line for line in told["understood"]}
    assert understood["Where"]["value"] == "Perdizes"
    assert understood["Goal"]["value"] == "rent"
    assert understood["Where"]["quote"]
    assert (told["stage_before"], told["stage_after"]) == ("Qualifying", "Qualifying")
    assert told["brain"] == "the scripted agent"
    assert told["tokens"] == 0


def test_explanation_of_the_model_names_what_it_refused_and_what_it_cost(line, settings):
    lying = ASKS_WHERE | {
        "updates": [
            *ASKS_WHERE["updates"],
            {"slot": "budget", "op": "set", "quote": "10 milhões", "value": "10 milhões"},
        ]
    }
    with OpenAIDouble() as double:
        settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = double.base_url, str(uuid4())
        double.script({"answer": lying})
        conversation = write(line, "quero comprar")
    told = explain(turn_behind(last_said(conversation)))
    assert [(one["label"], one["reason"]) for one in told["refused"]] == [
        ("Budget", "the client did not write these words")
    ]
    assert told["tokens"] == 150
    assert told["cost"] == pytest.approx((120 * 0.40 + 30 * 1.60) / 1e6)


def test_explanation_names_the_knowledge_and_the_question_nobody_could_answer(line):
    playbook = Playbook.objects.get()
    known = KnowledgeSnippet.objects.create(
        playbook=playbook, title="Aceitam animais?", body="Sim, pequenos.", language="pt-BR"
    )
    conversation = write(line, "vocês aceitam animais?", brain=ScriptedBrain())
    told = explain(turn_behind(last_said(conversation)))
    assert told["knowledge"] == [{"id": known.cited_as, "title": "Aceitam animais?"}]
    write(line, "tem vaga para barco?", brain=ScriptedBrain())
    assert explain(turn_behind(last_said(conversation)))["unanswered"] == ["tem vaga para barco?"]
    question = UnansweredQuestion.objects.get()
    assert (question.text, question.conversation) == ("tem vaga para barco?", conversation)


def test_page_is_for_those_who_may_see_the_conversation(line, ana):
    conversation = write(line, "quero falar com um corretor", brain=ScriptedBrain())
    message = last_said(conversation)
    assert why(make_consultant("bia").user, message).status_code == 404
    shown = why(ana.user, message)
    assert shown.status_code == 200
    assert "quero falar com um corretor" in shown.content.decode()
    assert why(make_manager(), message).status_code == 200
    assert Browser().get(reverse("message-why", args=[message.pk])).status_code == 302


def test_page_of_what_was_not_the_agents_is_not_found(line, ana):
    conversation = write(line, "quero falar com um corretor", brain=ScriptedBrain())
    clients = conversation.messages.filter(author="client").first()
    assert why(ana.user, clients).status_code == 404


def test_page_of_a_message_without_a_trace_says_so(line, ana):
    conversation = write(line, "quero falar com um corretor", brain=ScriptedBrain())
    AgentTurn.objects.all().delete()
    assert "Nothing was recorded" in why(ana.user, last_said(conversation)).content.decode()


def test_page_shows_hostile_words_as_text(line, ana):
    conversation = write(line, "<script>x</script> quero falar com um corretor", brain=ScriptedBrain())
    assert "<script>x" not in why(ana.user, last_said(conversation)).content.decode()
