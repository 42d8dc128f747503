import pytest

from agent.brains.protocol import Choice
from agent.parsers import clock, dates, horizons
from agent.tests.circumstances import context_in

HORIZONS = tuple(
    Choice(key, max_days=days)
    for key, days in (("now", 30), ("up_to_3m", 92), ("up_to_6m", 184), ("up_to_12m", 366), ("later", None))
)
SHIFTS = tuple(
    Choice(key, hours=hours)
    for key, hours in (("morning", (5, 12)), ("afternoon", (12, 18)), ("evening", (18, 24)))
)


@pytest.mark.parametrize(
    ("country", "language", "text", "day"),
    [
        ("BR", "pt-BR", "amanhã cedo", "2026-05-06"),
        ("BR", "pt-BR", "depois de amanhã", "2026-05-07"),
        ("BR", "pt-BR", "sexta que vem", "2026-05-08"),
        ("BR", "pt-BR", "quinta da semana que vem", "2026-05-14"),
        ("BR", "pt-BR", "dia 20", "2026-05-20"),
        ("BR", "pt-BR", "dia 2", "2026-06-02"),
        ("BR", "pt-BR", "vence em 10/07", "2026-07-10"),
        ("BR", "pt-BR", "3 de março", "2027-03-03"),
        ("BR", "pt-BR", "daqui a 10 dias", "2026-05-15"),
        ("BR", "pt-BR", "no fim do mês", "2026-05-31"),
        ("MX", "es", "mañana por la tarde", "2026-05-06"),
        ("MX", "es", "pasado mañana", "2026-05-07"),
        ("MX", "es", "el viernes", "2026-05-08"),
        ("MX", "es", "el 20 de junio", "2026-06-20"),
        ("MX", "es", "en dos semanas", "2026-05-19"),
        ("US", "en", "tomorrow", "2026-05-06"),
        ("US", "en", "next Friday", "2026-05-15"),
        ("US", "en", "6/15", "2026-06-15"),
        ("US", "en", "June 3rd", "2026-06-03"),
        ("GB", "en", "15/6/2026", "2026-06-15"),
        ("BR", "pt-BR", "quinze de junho", "2026-06-15"),
        ("BR", "pt-BR", "vinte e dois de maio", "2026-05-22"),
        ("BR", "pt-BR", "7 do mês que vem", "2026-06-07"),
        ("BR", "pt-BR", "semana que vem na sexta", "2026-05-15"),
        ("MX", "es", "veinte de junio", "2026-06-20"),
        ("MX", "es", "la próxima semana el jueves", "2026-05-14"),
        ("US", "en", "Oct2", "2026-10-02"),
        ("US", "en", "Jun-3", "2026-06-03"),
        ("US", "en", "May twenty-first", "2026-05-21"),
        ("GB", "en", "the tenth of September", "2026-09-10"),
        ("US", "en", "two weeks from now", "2026-05-19"),
        ("US", "en", "20th of next month", "2026-06-20"),
        ("US", "en", "next week on Friday", "2026-05-15"),
        ("US", "en", "2026/08/12", "2026-08-12"),
    ],
)
def test_dates_are_counted_from_the_clients_today(country, language, text, day):
    assert [item.value for item in dates.parse(text, context_in(country), language)] == [day]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "por la mañana"),
        ("pt-BR", "carro de segunda mão"),
        ("es", "de segunda"),
        ("pt-BR", "2 quartos, 85 mil"),
        ("pt-BR", "set2, mar3"),
        ("pt-BR", "uma de cinco mil"),
    ],
)
def test_dates_in_look_alikes_are_not_found(language, text):
    assert dates.parse(text, context_in("BR"), language) == []


def test_dates_refused_right_afterwards_are_dropped():
    found = dates.parse("amanhã não dá, pode ser sexta", context_in("BR"), "pt-BR")

    assert [item.value for item in found] == ["2026-05-08"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("em duas semanas", "now"),
        ("mês que vem", "up_to_3m"),
        ("in the next couple of months", "up_to_3m"),
        ("daqui a uns 5 meses", "up_to_6m"),
        ("dentro de seis meses", "up_to_6m"),
        ("até o fim do ano", "up_to_12m"),
        ("só ano que vem", "later"),
        ("not before spring 2028", "later"),
        ("recién en 2028", "later"),
    ],
)
def test_horizons_pick_the_choice_that_reaches_so_far(text, key):
    assert [item.value for item in horizons.parse(text, context_in("BR"), HORIZONS)][:1] == [key]


@pytest.mark.parametrize("text", ["faz 3 meses que procuro", "2 years ago", "financiar em 60 meses"])
def test_horizons_of_the_past_or_of_instalments_are_not_plans(text):
    assert horizons.parse(text, context_in("BR"), HORIZONS) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [("às 9h", "morning"), ("14h30", "afternoon"), ("7 pm", "evening"), ("a las 5", "afternoon"),
     ("depois das 17h", "evening"), ("10 de la mañana", "morning")],
)  # fmt: skip
def test_clock_times_fall_into_their_part_of_the_day(text, key):
    assert [item.value for item in clock.parse(text, SHIFTS)] == [key]


def test_a_day_too_large_for_a_month_is_the_day_everywhere():
    assert [item.value for item in dates.parse("by 22/06", context_in("US"), "en")] == ["2026-06-22"]
    assert [item.value for item in dates.parse("by 6/5", context_in("US"), "en")] == ["2026-06-05"]
