import pytest

from agent.parsers import money
from agent.tests.circumstances import context_in


def exactly(amount):
    return {"min": amount, "max": amount}


def up_to(amount):
    return {"min": None, "max": amount}


def from_(amount):
    return {"min": amount, "max": None}


def between(low, high):
    return {"min": low, "max": high}


CASES = [
    ("BR", "R$ 420 mil", exactly(420_000)),
    ("BR", "uns 420mil", exactly(420_000)),
    ("BR", "420k", exactly(420_000)),
    ("BR", "R$ 2.345,67", exactly(2345.67)),
    ("BR", "1,3 milhão", exactly(1_300_000)),
    ("BR", "um milhão e meio", exactly(1_500_000)),
    ("BR", "meio milhão de reais", exactly(500_000)),
    ("BR", "1 milhão e 300", exactly(1_300_000)),
    ("BR", "dois mil e quinhentos reais", exactly(2500)),
    ("BR", "até R$ 3.200 por mês", up_to(3200)),
    ("BR", "no máximo 900 mil", up_to(900_000)),
    ("BR", "não posso passar de 480 mil", up_to(480_000)),
    ("BR", "R$ 95.000,00 é o meu limite", up_to(95_000)),
    ("BR", "a partir de 700 mil", from_(700_000)),
    ("BR", "de 700 mil pra cima", from_(700_000)),
    ("BR", "trezentos e poucos mil", exactly(300_000)),
    ("MX", "300 y pico mil", exactly(300_000)),
    ("MX", "300 mil, máximo 350", between(300_000, 350_000)),
    ("BR", "300 mil no máximo, 2 quartos", up_to(300_000)),
    ("US", "200k max 3 beds", up_to(200_000)),
    ("BR", "entre 250 e 300 mil", between(250_000, 300_000)),
    ("BR", "de R$ 1.500 a R$ 1.900", between(1500, 1900)),
    ("BR", "mínimo 80 e máximo 120 mil", between(80_000, 120_000)),
    ("BR", "600 mil, mas posso chegar a 650", between(600_000, 650_000)),
    ("BR", "450 mil ou um pouco mais", exactly(450_000)),
    ("CO", "80 millones", exactly(80_000_000)),
    ("CO", "un millón doscientos", exactly(1_200_000)),
    ("CO", "2 millones 400", exactly(2_400_000)),
    ("MX", "$1,250.50", exactly(1250.50)),
    ("MX", "5 mil 300 pesos", exactly(5300)),
    ("MX", "hasta 15 mil", up_to(15_000)),
    ("AR", "3 palos", exactly(3_000_000)),
    ("AR", "$ 350.000", exactly(350_000)),
    ("CL", "unas 380 lucas", exactly(380_000)),
    ("ES", "como mucho 950 euros", up_to(950)),
    ("US", "under 22k", up_to(22_000)),
    ("US", "$1,800 - $2,200", between(1800, 2200)),
    ("US", "between 350 and 400 thousand", between(350_000, 400_000)),
    ("US", "at least $600,000", from_(600_000)),
    ("US", "I can't go over 1,500 dollars", up_to(1500)),
    ("US", "a hundred thousand", exactly(100_000)),
    ("GB", "£1.2m", exactly(1_200_000)),
]


@pytest.mark.parametrize(("country", "text", "expected"), CASES)
def test_money_as_people_type_it_is_read(country, text, expected):
    found = money.parse(text, context_in(country), "")

    assert [item.value for item in found] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "3 quartos",
        "120 mil km rodados",
        "às 10h",
        "dia 15/04",
        "HB20 2022",
        "85 m2",
        "20% de desconto",
        "40 pessoas",
    ],
)
def test_money_in_other_figures_is_not_claimed(text):
    assert not [item for item in money.parse(text, context_in("BR"), "pt-BR") if item.explicit]


def test_money_quote_is_where_the_client_wrote_it():
    text = "Então, penso em até R$ 420 mil à vista"

    found = money.parse(text, context_in("BR"), "pt-BR")[0]

    assert text[found.start : found.end] == found.quote == "até R$ 420 mil"


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("US", "1.3 mil", exactly(1_300_000)),
        ("US", "up to 2 mil per month", up_to(2000)),
        ("GB", "2 mil monthly", exactly(2000)),
        ("BR", "around 20 mil", exactly(20_000)),
        ("MX", "up to 15 mil", up_to(15_000)),
    ],
)
def test_mil_in_english_means_millions_only_where_english_is_at_home(country, text, expected):
    assert [item.value for item in money.parse(text, context_in(country), "en")] == [expected]
