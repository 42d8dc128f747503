"""Where a conversation turns: another language, a location, a return after an opt-out, questions asked in vain."""

import pytest

from agent.brains.protocol import Inbound
from agent.tests.circumstances import Chat


@pytest.mark.parametrize(
    ("first", "text", "language"),
    [
        ("Hello", "na verdade prefiro português", "pt-BR"),
        ("Hello", "prefiero español", "es"),
        ("Oi", "I'd rather speak English", "en"),
        ("Hola", "I prefer English", "en"),
    ],
)
def test_a_language_that_is_preferred_is_spoken_from_there_on(first, text, language):
    chat = Chat("real_estate", "US").play([[first], [text], ["ok"]])

    assert [reply.language for reply in chat.replies[1:]] == [language, language]


def test_a_course_that_is_called_like_a_language_changes_none():
    chat = Chat("education").play([["oi"], ["prefiro inglês"]])

    assert chat.last.language == "pt-BR"
    assert chat.values["course"].casefold() == "inglês"


@pytest.mark.parametrize(
    ("kind", "word"), [("location", "localização"), ("contacts", "contato"), ("image", "arquivo")]
)
def test_what_was_sent_is_thanked_for_by_its_name(kind, word):
    chat = Chat("real_estate")
    chat.say("oi")

    reply = chat.say(Inbound(2, kind=kind))

    assert word in reply.messages[0]
    assert reply.signals.failures == 0


@pytest.mark.parametrize(
    "text",
    [
        "oi gente, me arrependi, podem me incluir de novo na lista? quero comprar em Santos",
        "olha, quero sim voltar a receber as novidades, procuro casa",
        "hola, perdón por lo de antes, sí quiero que me escriban, busco casa en Puebla",
        "hey sorry about before, I'd like to start receiving your messages again, still looking in Austin",
    ],
)
def test_who_opted_out_comes_back_within_a_longer_message(text):
    chat = Chat("real_estate").play([["oi"], ["STOP"], [text]])

    assert chat.last.proposal == "qualifying"
    assert chat.last.messages


@pytest.mark.parametrize(
    "text", ["quero comprar em Santos", "não quero receber mais nada mesmo", "ok obrigado", "oi?"]
)
def test_who_opted_out_and_says_something_else_is_left_alone(text):
    chat = Chat("real_estate").play([["oi"], ["STOP"], [text]])

    assert chat.last.proposal == "opted_out"
    assert chat.last.messages == []


def test_a_question_asked_in_vain_as_often_as_it_may_be_goes_to_a_person():
    chat = Chat("real_estate").play([["oi, sou José"], ["Santos"], ["até 400 mil"]])
    asked = chat.playbook.question("goal").max_asks
    for text in ("vocês fazem vistoria?", "tem foto?", "qual o endereço daí?", "e financiam?"):
        if chat.last.handoff:
            break
        chat.say(text)

    assert chat.state.asked["goal"] == asked
    assert chat.last.handoff_reason == "failures"


def test_who_takes_time_to_think_is_not_handed_over_for_it():
    chat = Chat("real_estate").play(
        [["oi, sou José"], ["Santos"], ["até 400 mil"], ["vou pensar e já volto"]]
    )

    assert not chat.last.handoff


def test_who_gives_up_on_us_for_a_person_gets_one():
    chat = Chat("cars").play([["Compass usado"], ["deixa quieto. quero falar com um vendedor de verdade"]])

    assert chat.last.handoff_reason == "asked_human"


@pytest.mark.parametrize(
    "text",
    [
        "My bank details have changed so I need the direct debit updated before it goes out on the 1st",
        "preciso trocar o débito automático do meu seguro",
        "necesito actualizar los datos de mi póliza con ustedes",
    ],
)
def test_the_account_of_an_own_client_is_a_persons_matter(text):
    chat = Chat("insurance", "GB").play([["hello"], [text]])

    assert chat.last.handoff_reason == "out_of_scope"


def test_who_offers_us_their_services_is_no_client():
    chat = Chat("b2b_software", "US").play(
        [
            ["Hi, Kyle here from RankRocket! We get businesses to page 1 of Google"],
            ["want me to send our rate card?"],
        ]
    )

    assert chat.last.proposal == "disqualified"


@pytest.mark.parametrize(
    ("country", "number", "text"),
    [
        ("ES", "112", "se le acaba de torcer la boca y no puede hablar"),
        ("BR", "192", "meu pai caiu e não responde"),
        ("US", "911", "his speech is slurred and he can't move his left arm"),
    ],
)
def test_a_stroke_told_by_somebody_else_gets_the_number_to_call(country, number, text):
    chat = Chat("clinic", country).play(
        [["hola" if country == "ES" else "oi" if country == "BR" else "hi"], [text]]
    )

    assert chat.last.handoff_reason == "sensitive"
    assert number in " ".join(chat.last.messages)
