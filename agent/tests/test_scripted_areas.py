"""Where clients look: areas in everyday words, places abroad, words of money that are no place."""

from itertools import pairwise

import pytest

from agent.tests.circumstances import Chat

WANTS = {"BR": "quero comprar um apto", "AR": "quiero comprar un depto", "US": "i want to buy a flat"}


@pytest.mark.parametrize(
    ("country", "answer", "location"),
    [
        ("US", "downtown", "downtown"),
        ("US", "downtown please", "downtown"),
        ("US", "the suburbs", "suburbs"),
        ("US", "north side", "north side"),
        ("US", "close to the beach", "close to the beach"),
        ("BR", "zona sul", "zona sul"),
        ("BR", "centro por favor", "centro"),
        ("BR", "perto do metrô", "perto do metrô"),
        ("AR", "en el centro", "centro"),
        ("AR", "zona norte", "zona norte"),
        ("AR", "cerca de la playa", "cerca de la playa"),
    ],
)
def test_an_area_in_everyday_words_answers_where(country, answer, location):
    assert Chat("real_estate", country).play([[WANTS[country]], [answer]]).values["location"] == location


@pytest.mark.parametrize("country", ["AR", "BR", "MX", "US"])
def test_a_famous_place_is_read_in_lower_case_from_any_country(country):
    chat = Chat("real_estate", country).play([["quiero un depto en palermo, 2 ambientes"]])

    assert chat.values["location"] == "palermo"
    assert chat.values["bedrooms"] == 2


@pytest.mark.parametrize(
    ("country", "answer"),
    [
        ("AR", "dolares"),
        ("AR", "en pesos"),
        ("AR", "efectivo"),
        ("BR", "reais"),
        ("BR", "dólares"),
        ("BR", "não quero centro"),
        ("US", "dollars"),
        ("US", "usd"),
        ("US", "not downtown"),
    ],
)
def test_money_and_refused_areas_are_neither_a_place_nor_a_name(country, answer):
    chat = Chat("real_estate", country).play([[WANTS[country]], [answer]])

    assert not {"location", "name"} & set(chat.values)


PRICE_QUESTIONS = {
    "BR": ["quanto custa?", "qual o valor?", "me passa o preço", "quanto sai?", "e o valor?", "quanto fica?"],
    "AR": ["¿cuánto sale?", "¿qué precio?", "¿cuánto cuesta?", "¿y el costo?", "¿cuánto vale?", "¿a cuánto?"],
    "US": [
        "how much?",
        "what's the price?",
        "any ballpark",
        "what's the cost?",
        "price range?",
        "how much is it",
    ],
}


@pytest.mark.parametrize("country", PRICE_QUESTIONS)
def test_no_question_is_asked_in_the_same_words_twice_in_a_row(country):
    chat = Chat("real_estate", country).play(
        [[WANTS[country]], *[[text] for text in PRICE_QUESTIONS[country]]]
    )
    tables = [question.texts for question in chat.playbook.questions]
    wordings = [text for table in tables for texts in table.values() for text in texts]
    asked = [next(text for text in wordings if text in " ".join(reply.messages)) for reply in chat.replies]

    assert len(asked) == 7
    assert all(first != second for first, second in pairwise(asked))


@pytest.mark.parametrize(
    "text", ["no quiero Condesa", "no quiero vivir en la Condesa", "hola, no me gusta Condesa"]
)
def test_a_place_that_is_not_wanted_is_not_where_they_look(text):
    chat = Chat("real_estate", "MX").play([[text], ["rentar"], ["Roma Norte"]])

    assert chat.values["location"] == "Roma Norte"


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("BR", "quero parar de pagar aluguel"),
        ("MX", "quiero dejar de pagar renta"),
    ],
)
def test_who_wants_no_more_rent_wants_to_buy(country, text):
    assert Chat("real_estate", country).play([[text]]).values["goal"] == "buy"
