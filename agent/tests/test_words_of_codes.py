"""The managers' pages of the agent tell codes in words: of turns, of the playbook's questions and sentences."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from agent.admin.forms.arranging import questions_in_words
from agent.admin.forms.rules import RuleForm, initial_rules, rules_in_words, value_of, values_offered
from agent.brains.scripted_mood import PRIORITY
from agent.brains.shape import INTENTS as OF_THE_MODEL
from agent.models import AgentTurn, Dialogue, Playbook, Rehearsal
from agent.playbook_library import DOMAINS, load_library, shared_messages
from agent.playbooks import publish
from agent.sentence_names import NAMES, sentence_name
from agent.slot_names import names_in
from agent.turn_words import INTENTS
from leads.tests.makers import make_manager
from whatsapp.tests.makers import make_conversation

FLOOR = {
    "key": "floor",
    "type": "choice",
    "labels": {"pt-BR": "andar"},
    "texts": {"pt-BR": ["Qual andar?"], "en": ["Which floor?"]},
    "choices": [
        {"key": "top_one", "labels": {"pt-BR": "cobertura", "en": "penthouse"}},
        {"key": "low", "labels": {"pt-BR": "térreo, garden", "en": "ground floor"}},
    ],
}
LIFT = {"key": "has_lift", "type": "bool", "labels": {"pt-BR": "elevador"}}
DRAFT = {
    "default_language": "pt-BR",
    "questions": [FLOOR, LIFT],
    "handoff_if": [{"slot": "floor", "op": "in", "value": ["top_one", "low"]}],
    "nurture_if": [{"slot": "has_lift", "op": "eq", "value": False}],
}


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(make_manager())
    return client


@pytest.fixture
def homes() -> Playbook:
    playbook = Playbook.objects.create(name="Homes", domain="real_estate", draft=load_library("real_estate"))
    publish(playbook)
    return Playbook.objects.get()


@pytest.mark.django_db
def test_turn_is_listed_and_filtered_in_words(manager: Client, homes: Playbook) -> None:
    conversation = make_conversation()
    AgentTurn.objects.create(
        conversation=conversation,
        playbook_version=homes.current,
        first_seq=1,
        last_seq=1,
        brain="scripted",
        stage_before="qualifying",
        stage_after="needs_human",
        intent="off_topic",
        failure="breaker_open",
    )
    Dialogue.objects.create(conversation=conversation, playbook_version=homes.current, language="pt-BR")
    turns = manager.get(reverse("admin:agent_agentturn_changelist")).content.decode()
    dialogues = manager.get(reverse("admin:agent_dialogue_changelist")).content.decode()

    for words in (
        "the scripted agent",
        "Needs a person",
        "Qualifying",
        "talks about something else",
        "is left alone",
    ):
        assert f">{words}" in turns or words in turns
    for code in (">scripted<", ">needs_human<", ">qualifying<", ">off_topic<", ">breaker_open<"):
        assert code not in turns
    assert ">Portuguese<" in dialogues
    assert ">pt-BR<" not in dialogues


@pytest.mark.django_db
def test_rows_of_playbooks_and_rehearsals_are_told_in_words(manager: Client, homes: Playbook) -> None:
    Rehearsal.objects.create(
        playbook=homes, version=homes.current, sha256="a", draft={}, state="failed", error="workers died"
    )
    listed = manager.get(reverse("admin:agent_playbook_changelist")).content.decode()
    version = manager.get(reverse("admin:agent_playbook_version", args=[homes.pk, 1])).content.decode()

    assert ">real_estate<" not in listed
    assert "One of several choices" in version
    assert "up_to_3m" not in version
    assert "money_range" not in version
    assert manager.get(reverse("admin:agent_rehearsal_changelist")).status_code == 200


def test_every_intent_has_words() -> None:
    assert {*PRIORITY, *OF_THE_MODEL} <= INTENTS.keys()


def test_every_sentence_of_the_shipped_playbooks_has_a_name() -> None:
    kinds = {*shared_messages()}.union(*(load_library(domain)["messages"] for domain in DOMAINS))

    assert {kind.removesuffix("_closed") for kind in kinds} == NAMES.keys()
    assert sentence_name("handoff_angry_closed") == "Handover: upset, outside working hours"
    assert sentence_name("own_one") == "Own one"


@pytest.mark.parametrize(
    ("language", "rules"),
    [
        (
            "pt-br",
            [
                "Guardado para depois se: Elevador é não",
                "Para uma pessoa na hora se: Andar é um de cobertura, low",
            ],
        ),
        (
            "en",
            [
                "Kept for later if: Elevador is no",
                "To a person at once if: Andar is one of penthouse, ground floor",
            ],
        ),
    ],
)
def test_rules_name_questions_and_choices_in_the_readers_language(language: str, rules: list[str]) -> None:
    with translation.override(language):
        assert rules_in_words(DRAFT) == rules
        form = RuleForm(initial=initial_rules(DRAFT)[1], questions=DRAFT["questions"], names=names_in(DRAFT))
        assert form["slot"].field.choices == [("floor", "Andar"), ("has_lift", "Elevador")]
        assert rules[1].endswith(form["value"].value())
        assert [question for _value, question in values_offered(DRAFT)] == ["Andar", "Andar"]


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        (FLOOR, "top_one", "top_one"),
        (FLOOR, "Cobertura", "top_one"),
        (LIFT, "Sim", True),
        (LIFT, "no", False),
    ],
)
def test_rules_value_is_read_by_key_or_by_name(question: dict, text: str, value: object) -> None:
    with translation.override("pt-br"):
        assert value_of(question, text, names_in(DRAFT)) == value
        with pytest.raises(ValueError, match="cobertura"):
            value_of(FLOOR, "porão", names_in(DRAFT))


@pytest.mark.parametrize(
    ("language", "words", "choice"),
    [
        ("en", "Which floor?", "penthouse"),
        ("pt-br", "Qual andar?", "cobertura"),
        ("es", "Qual andar?", "cobertura"),
    ],
)
def test_questions_are_read_in_the_readers_language(language: str, words: str, choice: str) -> None:
    with translation.override(language):
        floor, lift = questions_in_words(DRAFT)

    assert (floor["label"], floor["words"], floor["choices"][0]) == ("Andar", words, choice)
    assert (lift["words"], lift["choices"]) == ("", [])
