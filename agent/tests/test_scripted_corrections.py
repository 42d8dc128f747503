"""Clients who take something back: names that are not theirs, counts and amounts said anew or in halves."""

from dataclasses import replace

import pytest

from agent.brains.protocol import SlotValue
from agent.tests.circumstances import Chat


@pytest.mark.parametrize(
    ("country", "text", "name"),
    [
        ("BR", "não me chamo spam, sou Sérgio", "Sérgio"),
        ("BR", "não sou o João, sou a Maria", "Maria"),
        ("BR", "meu nome não é Carlos, é Pedro", "Pedro"),
        ("BR", "não, me chamo Ana", "Ana"),
        ("BR", "não sou João", None),
        ("MX", "no me llamo Juan, soy Pedro", "Pedro"),
        ("MX", "mi nombre no es Juan, es Pedro", "Pedro"),
        ("US", "my name is not Bob, it's Rob", "Rob"),
        ("US", "I'm not Bob, I'm Rob", "Rob"),
    ],
)
def test_a_refused_name_is_not_the_clients_name(country, text, name):
    chat = Chat("real_estate", country).play([["oi"], [text]])

    assert chat.values.get("name") == name


def test_a_wrong_name_that_is_known_is_replaced():
    chat = Chat("cars").play([["sou Carlos, quero um Onix"], ["não me chamo Carlos, sou Sérgio"]])

    assert chat.values["name"] == "Sérgio"


@pytest.mark.parametrize(
    ("country", "text", "bedrooms"),
    [
        ("BR", "quero um apê de 2 quartos, mas pensando bem 3", 3),
        ("BR", "quero um apê de 2 quartos, não, 3", 3),
        ("BR", "quero um apê de 2 quartos, na verdade até 300 mil", 2),
        ("MX", "quiero una casa de 2 recámaras, mejor 3", 3),
        ("MX", "quiero una casa de 2 recámaras, perdón, son 4", 4),
        ("US", "a 2 bedroom house, actually make it 3", 3),
        ("US", "a 3 bedroom house, I mean 4 please", 4),
    ],
)
def test_a_count_is_corrected_within_the_sentence(country, text, bedrooms):
    assert Chat("real_estate", country).play([[text]]).values["bedrooms"] == bedrooms


@pytest.mark.parametrize(
    ("country", "bursts", "budget"),
    [
        ("BR", [["uns 400 mil"], ["na verdade 450"]], (450_000, 450_000)),
        ("BR", [["até 400 mil"], ["melhor 420"]], (None, 420_000)),
        ("BR", [["uns 400 mil, na verdade 450"]], (450_000, 450_000)),
        ("BR", [["até 900 reais"], ["na verdade 950"]], (None, 950)),
        ("MX", [["hasta 800 mil"], ["perdón, 900"]], (None, 900_000)),
        ("US", [["about 400k"], ["actually 450"]], (450_000, 450_000)),
        ("US", [["up to 400k"], ["sorry, 1.2 million"]], (1_200_000, 1_200_000)),
    ],
)
def test_a_corrected_amount_keeps_the_scale_of_the_first(country, bursts, budget):
    chat = Chat("real_estate", country).play([["quero comprar um apartamento"], *bursts])

    assert (chat.values["budget"]["min"], chat.values["budget"]["max"]) == budget


@pytest.mark.parametrize(
    ("country", "bursts", "amount"),
    [
        ("BR", [["queria uns 900", "mil reais rs"]], 900_000),
        ("BR", [["queria uns 900"], ["mil reais rs"]], 900_000),
        ("BR", [["até 1,2", "milhão kkk"]], 1_200_000),
        ("MX", [["unos 2", "millones de pesos jaja"]], 2_000_000),
        ("US", [["up to 350", "thousand lol"]], 350_000),
    ],
)
def test_an_amount_split_over_messages_is_one_amount(country, bursts, amount):
    chat = Chat("real_estate", country).play([["quero comprar no Centro"], *bursts])

    assert chat.values["budget"]["max"] == amount


@pytest.mark.parametrize(
    "text",
    [
        "desculpa, só tenho 2 minutos agora",
        "desculpa, 5 pessoas na fila aqui",
        "desculpe! volto em 5",
        "pera, 2 min",
        "sorry, got 4 kids yelling",
    ],
)
def test_an_apology_alone_corrects_no_count(text):
    chat = Chat("real_estate").play([["quero comprar um apê de 3 quartos"]])

    chat.say(text)

    assert chat.values["bedrooms"] == 3


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("three fifty to four fifty", (350_000, 450_000)),
        ("not three fifty, more like four hundred", (400_000, 400_000)),
        ("three fifty", (350_000, 350_000)),
        ("I have two twenty year old kids", None),
        ("one twenty five year mortgage", None),
    ],
)
def test_an_amount_said_in_words_is_the_answer_only_by_itself(text, amount):
    chat = Chat("real_estate", "US")
    chat.state = replace(
        chat.state, language="en", greeted=True, pending="budget", asked={"budget": 1},
        slots={"goal": SlotValue("buy")}, turns=2,
    )  # fmt: skip

    chat.say(text)
    budget = chat.values.get("budget")

    assert (budget and (budget["min"], budget["max"])) == amount
