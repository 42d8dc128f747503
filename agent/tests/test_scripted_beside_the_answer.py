"""What stands beside an answer and was taken for one: pious words, refusals, reasons, talk to somebody else."""

import pytest

from agent.tests.circumstances import Chat


@pytest.mark.parametrize(
    "text",
    [
        "começo em 2028, com fé em Deus",
        "se Deus quiser em 2028",
        "en 2028, primero Dios",
        "in 2028, God willing",
    ],
)
def test_a_pious_word_names_no_town(text):
    chat = Chat("education").play([["quero Psicologia"], [text]])

    assert "city" not in chat.values


@pytest.mark.parametrize(
    "text",
    [
        "mornings are no good for me",
        "mornings don't suit me",
        "de manhã fica difícil pra mim",
        "manhã é complicado",
        "por la mañana se me complica",
        "las mañanas no me quedan bien",
        "mornings are out for me",
    ],
)
def test_a_time_of_day_that_does_not_suit_is_not_chosen(text):
    chat = Chat("clinic", "US" if "morning" in text else "BR").play([["limpeza de pele"], [text]])

    assert chat.values.get("preferred_shift") != "morning"


@pytest.mark.parametrize(
    "text",
    [
        "eu e minha sócia, só nós duas mesmo",
        "it's chaos over here",
        "somos solo dos",
        "it's just the two of us",
    ],
)
def test_a_remark_is_no_name_of_a_company(text):
    chat = Chat("b2b_software").play([["preciso de um sistema de agendamento"], ["planilha"], [text]])

    assert "company" not in chat.values


def test_the_name_of_the_company_is_heard_after_a_remark():
    chat = Chat("b2b_software").play(
        [
            ["preciso de um sistema de agendamento"],
            ["só nós duas mesmo"],
            ["Studio Agulha Fina", "sou a Camila Rocha"],
        ]
    )

    assert "Agulha Fina" in chat.values["company"]
    assert chat.values["name"] == "Camila Rocha"


@pytest.mark.parametrize(
    ("first", "correction"),
    [
        ("Brightwater Plumbing, 14 of us", "no wait 17, forgot the new apprentices"),
        ("somos 14 aqui na equipe", "ops, 17, esqueci os novos"),
        ("somos 14 personas", "perdón, 17, me faltaron los nuevos"),
    ],
)
def test_a_count_is_corrected_within_one_burst(first, correction):
    chat = Chat("b2b_software", "GB" if "us" in first.split() else "MX").play(
        [["we need helpdesk ticketing" if "us" in first.split() else "necesito un CRM"], [first, correction]]
    )

    assert chat.values["team_size"] == 17


@pytest.mark.parametrize(
    ("wish", "correction"),
    [
        ("got any Golfs in", "actually scrap that, make it a Polo, missus says golfs are too big"),
        ("quero um Golf", "na verdade melhor um Polo, minha esposa acha o Golf grande"),
        ("busco un Golf", "mejor un Polo, mi señora dice que el Golf es muy grande"),
    ],
)
def test_what_is_given_up_is_not_taken_again_from_the_reason(wish, correction):
    chat = Chat("cars", "GB" if "Golfs" in wish else "BR").play([[wish], [correction]])

    assert chat.values["model"].casefold() == "polo"


def test_two_wishes_that_are_both_open_stay():
    chat = Chat("cars").play([["quero um Golf"], ["na verdade um Golf ou um Polo"]])

    assert {"golf", "polo"} <= set(chat.values["model"].casefold().replace(",", "").split())


@pytest.mark.parametrize("text", ["huh who is this", "quem é?", "quién habla", "who's this sorry"])
def test_who_asks_who_we_are_answers_no_question(text):
    chat = Chat("education").play([["oi"], [text]])

    assert "course" not in chat.values
    assert chat.last.intent == "your_name"


@pytest.mark.parametrize(
    "text", ["yo Dave u still picking me up at 7", "mãe, me busca às 7?", "pasas por mí a las 7?"]
)
def test_an_hour_in_a_message_to_somebody_else_is_no_shift(text):
    chat = Chat("education", "GB").play([[text]])

    assert "shift" not in chat.values


def test_the_hour_that_suits_is_a_shift():
    chat = Chat("education").play([["quero inglês"], ["só posso estudar às 19h"]])

    assert chat.values["shift"] == "evening"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<b>oi</b>", "<img src=x onerror=alert(1)>"])
def test_markup_is_no_answer(text):
    chat = Chat("real_estate").play([["quero comprar um apartamento"], [text]])

    assert set(chat.values) <= {"goal", "property_type"}


@pytest.mark.parametrize(
    ("country", "text", "amount"),
    [
        ("BR", "alugar um studio na Paulista por 2.500", 2500),
        ("BR", "quero alugar em Moema por 3200", 3200),
        ("US", "looking to rent in Lapa, 3000 a month", 3000),
        ("MX", "rentar un depa en la Roma por 12 mil", 12_000),
        ("AR", "alquilar en Palermo, 900 al mes", 900),
    ],
)
def test_a_price_said_in_passing_is_the_budget(country, text, amount):
    chat = Chat("real_estate", country).play([[text]])

    assert chat.values["budget"]["max"] == amount


@pytest.mark.parametrize(
    "text", ["quero um carro com 60000 km", "procuro em 2019 por aí", "compro por 2 motivos"]
)
def test_a_figure_said_in_passing_for_something_else_is_no_budget(text):
    chat = Chat("cars").play([[text]])

    assert "budget" not in chat.values


@pytest.mark.parametrize(
    ("country", "text", "most"),
    [
        ("BR", "Hoje pago 2.800, posso chegar a 3.200 com condomínio", 3200),
        ("US", "currently paying 1500, can go up to 1800", 1800),
        ("MX", "hoy pago 9000, puedo llegar a 11000", 11_000),
    ],
)
def test_the_rent_of_today_is_no_floor_of_the_budget(country, text, most):
    chat = Chat("real_estate", country).play(
        [["rent in Lapa" if country == "US" else "alugar na Lapa"], [text]]
    )

    assert chat.values["budget"] == {"min": None, "max": most}


def test_a_figure_too_small_for_a_rent_is_no_budget():
    chat = Chat("real_estate").play([["quero alugar em Moema"], ["99"]])

    assert "budget" not in chat.values


def test_a_small_figure_is_thousands_for_who_buys():
    chat = Chat("real_estate").play([["quero comprar em Moema"], ["350"]])

    assert chat.values["budget"]["max"] == 350_000
