"""The playground: the real engine, nothing sent, nothing left."""

import json
from uuid import uuid4

import pytest

from agent import trying
from agent.models import AgentTurn, Dialogue, KnowledgeSnippet, Playbook, PlaybookVersion, UnansweredQuestion
from agent.playbook_library import load_library
from agent.tests.model_answers import ASKS_WHERE
from agent.tests.openai_double import OpenAIDouble
from agent.trying import Trial
from leads.errors import InvalidError
from leads.models import Assignment, Lead, Notice
from whatsapp.models import Conversation, Line, Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def playbook() -> Playbook:
    return Playbook.objects.create(name="Homes", domain="real_estate", draft=load_library("real_estate"))


def chat(playbook: Playbook, *texts: str, brain: str = "scripted") -> Trial:
    trial = trying.begin(playbook, brain)
    for text in texts:
        trial = trying.say(playbook, Trial(**json.loads(json.dumps(trial.to_json()))), text)
    return trial


def test_trial_answers_and_explains_each_answer(playbook):
    trial = chat(playbook, "Oi, quero alugar uma casa em Perdizes")
    assert trial.lines[0]["author"] == "client"
    assert any("assistente virtual" in line["text"] for line in trial.lines)
    why = trial.lines[-1]["why"]
    assert {line["value"] for line in why["understood"]} >= {"rent", "Perdizes"} or why["understood"]
    assert why["read"] == ["Oi, quero alugar uma casa em Perdizes"]
    assert trial.stage == "qualifying"


def test_trial_remembers_what_was_said_before_and_ends_with_a_handover(playbook):
    trial = chat(playbook, "quero alugar uma casa em Perdizes", "até 4 mil", "Meu nome é Tina Rocha", "alô?")
    assert (trial.stage, trial.is_transferred) == ("qualified", True)
    assert trial.lead["name"] == "Tina Rocha"
    assert trial.lines[-1] == {"author": "client", "text": "alô?", "why": None}
    assert sum("consultor" in line["text"] for line in trial.lines if line["author"] == "agent") == 1


def test_trial_leaves_no_row_behind(playbook):
    chat(playbook, "quero alugar em Perdizes até 4 mil, sou a Tina Rocha", "qual o valor do condomínio?")
    for model in (
        Conversation,
        Message,
        Lead,
        Line,
        Dialogue,
        AgentTurn,
        Assignment,
        Notice,
        PlaybookVersion,
    ):
        assert not model.objects.exists(), model
    assert not UnansweredQuestion.objects.exists()


def test_trial_speaks_with_the_draft_it_began_with(playbook):
    trial = trying.begin(playbook, "scripted")
    playbook.draft = playbook.draft | {"company": "Outra Casa"}
    playbook.save()
    trial = trying.say(playbook, trial, "oi")
    assert "Casa Norte" in " ".join(line["text"] for line in trial.lines)
    assert "Outra Casa" in " ".join(line["text"] for line in chat(playbook, "oi").lines)


def test_trial_knows_the_playbooks_knowledge(playbook):
    KnowledgeSnippet.objects.create(
        playbook=playbook, title="Aceitam animais?", body="Sim, aceitamos animais pequenos.", language="pt-BR"
    )
    trial = chat(playbook, "vocês aceitam animais?")
    assert "animais pequenos" in " ".join(line["text"] for line in trial.lines)
    assert trial.lines[-1]["why"]["knowledge"][0]["title"] == "Aceitam animais?"


def test_trial_of_an_opt_out_gets_the_one_confirmation(playbook):
    trial = chat(playbook, "oi", "SAIR")
    assert trial.stage == "opted_out"
    assert trial.lines[-1]["author"] == "system"


def test_trial_refuses_an_empty_message(playbook):
    with pytest.raises(InvalidError):
        chat(playbook, "   ")


def test_trial_with_the_model_asks_it_outside_any_transaction(playbook, settings):
    with OpenAIDouble() as double:
        settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = double.base_url, str(uuid4())
        double.script({"answer": ASKS_WHERE})
        trial = chat(playbook, "quero comprar", brain="llm")
    assert len(double.calls) == 1
    assert trial.lines[-1]["text"].endswith(ASKS_WHERE["messages"][0])
    why = trial.lines[-1]["why"]
    assert why["tokens"] == 150
    assert why["cost"] > 0
    assert "model" in why["brain"]


def test_trial_without_a_model_falls_back_to_the_scripted_agent(playbook):
    trial = chat(playbook, "quero comprar", brain="llm")
    assert "scripted" in trial.lines[-1]["why"]["brain"]
