import json
import re

import pytest

from agent import intents
from agent.brains.playbook import LANGUAGES, Playbook
from agent.brains.scripted_wording import LONGEST_BUBBLE
from agent.language import detect
from agent.parsers import money
from agent.parsers.choices import phrases
from agent.playbook_library import DOMAINS, from_definition, load_library
from agent.stages import HANDOFF_REASONS
from agent.tests.circumstances import context_in, playbook_of

ALL = [(domain, language) for domain in DOMAINS for language in LANGUAGES]


def wordings(domain, language):
    """Every text of the playbook that a client may read in this language."""
    playbook = playbook_of(domain)
    yield from (text for texts in playbook.messages.values() for text in texts.get(language, ()))
    for question in playbook.questions:
        yield from question.texts.get(language, ())
        yield question.why.get(language, "")


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_shipped_playbook_survives_the_trip_through_json(domain):
    playbook = playbook_of(domain)

    assert Playbook.from_snapshot(json.loads(json.dumps(playbook.to_snapshot()))) == playbook


@pytest.mark.parametrize(("domain", "language"), ALL)
def test_a_shipped_playbook_speaks_every_language(domain, language):
    playbook = playbook_of(domain)

    for question in playbook.questions:
        assert question.texts.get(language), question.key
        assert question.why.get(language), question.key
        assert question.labels.get(language), question.key
        assert all(choice.labels.get(language) for choice in question.choices)
    for kind, texts in playbook.messages.items():
        assert texts.get(language), kind


@pytest.mark.parametrize(("domain", "language"), ALL)
def test_wordings_hold_no_figure_no_promise_and_one_question_at_most(domain, language):
    context = context_in("BR")
    for text in wordings(domain, language):
        assert not [item for item in money.parse(text, context, language) if item.explicit], text
        assert not any(character.isdigit() for character in text), text
        assert text.count("?") <= 1, text
        assert len(text) <= LONGEST_BUBBLE, text
        assert not intents.found("injection", text), text
        assert detect([re.sub(r"{\w+}", "Ana", text)]) in {language, None}, text


@pytest.mark.parametrize("reason", HANDOFF_REASONS)
@pytest.mark.parametrize("suffix", ["", "_closed"])
def test_handoff_wordings_ask_nothing_and_promise_no_time(reason, suffix):
    promise = re.compile(
        r"minut|hoje|hoy|today|agora mesmo|ahora mismo|right away|em breve|en breve|shortly|soon"
    )
    for texts in load_library("real_estate")["messages"][f"handoff_{reason}{suffix}"].values():
        for text in texts:
            assert "?" not in text
            assert not promise.search(text.lower())


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_synonym_stands_for_one_choice_only(domain):
    for question in playbook_of(domain).questions:
        seen: dict[str, str] = {}
        for choice in question.choices:
            for phrase in phrases(question, choice):
                assert seen.setdefault(phrase, choice.key) == choice.key, (question.key, phrase)


def test_a_definition_takes_slots_from_outside_and_wording_from_the_shelf():
    definition = {
        "slots": {
            "name": {"type": "text", "required": True},
            "goal": {"type": "choice", "options": ["rent", "swap"], "required": True},
            "pet": {"type": "bool", "required": False},
        },
        "nurture_if": [{"slot": "goal", "op": "eq", "value": "swap"}],
    }

    playbook = from_definition("real_estate", definition)

    assert [question.key for question in playbook.questions] == ["goal", "name", "pet"]
    assert playbook.question("name").type == "name"
    assert [choice.key for choice in playbook.question("goal").choices] == ["rent", "swap"]
    assert "alugar" in phrases(playbook.question("goal"), playbook.question("goal").choices[0])
    assert playbook.question("pet").texts["es"]
    assert playbook.nurture_if[0].value == "swap"
    assert not playbook.disqualify_if


def test_a_definition_of_an_unknown_domain_asks_in_general_words():
    playbook = from_definition("bakery", {"slots": {"cake_flavor": {"type": "text", "required": True}}})

    assert "cake flavor" in playbook.question("cake_flavor").texts["en"][0]
    assert playbook.messages["greeting"]["pt-BR"]
