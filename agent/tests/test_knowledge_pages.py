"""The managers' queue of questions and the trace of a turn in the admin."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agent.models import AgentTurn, KnowledgeSnippet, Playbook, PlaybookVersion, UnansweredQuestion
from leads.tests.makers import make_manager
from whatsapp.models import Conversation, Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def question() -> UnansweredQuestion:
    playbook = Playbook.objects.create(name="Homes", domain="x")
    return UnansweredQuestion.objects.create(
        playbook=playbook,
        language="pt-BR",
        key="barc",
        text="Tem vaga de barco?",
        last_asked_at=timezone.now(),
    )


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(make_manager())
    return client


def address(question: UnansweredQuestion) -> str:
    return reverse("admin:agent_unansweredquestion_change", args=[question.pk])


def test_answer_in_the_queue_becomes_a_snippet(manager, question):
    assert 'value="Tem vaga de barco?"' in manager.get(address(question)).content.decode()
    sent = {"title": "Vaga de barco", "body": "Sim, na marina.", "answer_language": "pt-BR"}
    assert manager.post(address(question), sent).status_code == 302
    snippet = KnowledgeSnippet.objects.get()
    assert (snippet.body, snippet.playbook) == ("Sim, na marina.", question.playbook)
    question.refresh_from_db()
    assert (question.state, question.snippet) == ("answered", snippet)
    assert "Sim, na marina." in manager.get(address(question)).content.decode()


def test_answer_without_words_is_refused_at_its_field(manager, question):
    sent = {"title": "x", "body": "", "answer_language": "pt-BR"}
    assert "required" in manager.post(address(question), sent).content.decode()
    assert not KnowledgeSnippet.objects.exists()


def test_question_that_is_not_for_the_agent_leaves_the_queue(manager, question):
    listed = reverse("admin:agent_unansweredquestion_changelist")
    manager.post(listed, {"action": "dismiss", "_selected_action": [question.pk]})
    question.refresh_from_db()
    assert question.state == "dismissed"
    assert question.closed_by is not None


def test_knowledge_is_added_to_the_playbook_whose_list_is_shown(manager, question):
    shown = f"playbook__id__exact={question.playbook_id}"
    page = manager.get(reverse("admin:agent_knowledgesnippet_add"), {"_changelist_filters": shown})
    assert page.context["adminform"].form.initial["playbook"] == str(question.playbook_id)


def test_turn_in_the_admin_says_why(manager, question):
    line = Line.objects.create(name="Agent", address="whatsapp:+14155238886")
    conversation = Conversation.objects.create(line=line, client_address="x", client_key="x")
    version = PlaybookVersion.objects.create(playbook=question.playbook, number=1, snapshot={}, sha256="x")
    turn = AgentTurn.objects.create(
        conversation=conversation,
        playbook_version=version,
        first_seq=1,
        last_seq=1,
        stage_before="qualifying",
        stage_after="qualified",
        accepted=[{"slot": "budget", "op": "set", "value": {"min": None, "max": 5000}, "quote": "até 5 mil"}],
        rejected=[{"slot": "city", "value": "x", "quote": "x", "reason": "third_party"}],
        failure="timeout",
        trace={"raw": "<b>raw</b>"},
    )
    text = manager.get(reverse("admin:agent_agentturn_change", args=[turn.pk])).content.decode()
    for words in (
        "up to 5,000",
        "it is about somebody else",
        "the model took too long",
        "Qualified",
        "&lt;b&gt;raw",
    ):
        assert words in text, words
