"""What stands beside an answer and was taken for one: pious words, refusals, reasons, talk to somebody else."""

from dataclasses import replace
from datetime import datetime

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


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("GB", "any day but Wednesday"),
        ("BR", "qualquer dia menos quarta"),
        ("MX", "cualquier día menos el miércoles"),
        ("BR", "não posso na quarta"),
    ],
)
def test_the_one_day_that_does_not_suit_is_not_the_day(country, text):
    chat = Chat("clinic", country).play([["limpeza de pele"], [text]])

    assert "preferred_date" not in chat.values


def test_who_says_again_what_is_known_takes_nothing_back():
    chat = Chat("real_estate", "US").play([["I want to rent a flat"], ["no not buying lol renting"]])

    assert chat.values["goal"] == "rent"


def test_of_a_name_and_the_fuller_name_the_fuller_one_is_kept():
    chat = Chat("education", "GB").play([["data analytics"], ["online"], ["Kemi, Kemi Adeyemi"]])

    assert chat.values["name"] == "Kemi Adeyemi"


def test_a_spanish_refusal_is_no_town():
    chat = Chat("insurance", "CO").play([["seguro de moto"], ["la otra aseguradora ya no renuevan"]])

    assert "city" not in chat.values


@pytest.mark.parametrize("text", ["como funciona aí", "como funciona ai"])
def test_the_portuguese_word_for_there_is_no_course(text):
    chat = Chat("education").play([[f"minha filha quer Medicina Veterinária, queria entender {text}"]])

    assert chat.values["course"] == "Medicina Veterinária"


def test_the_kind_of_business_is_no_need():
    chat = Chat("b2b_software", "MX").play(
        [["Hola, ¿su programa sirve para una gestoría?"], ["necesitamos control de vencimientos"]]
    )

    assert "vencimientos" in chat.values["need"]


@pytest.mark.parametrize(
    ("country", "text"),
    [("MX", "somos 9 contando al jefe"), ("BR", "é um software pro RH, com o gerente somos 9")],
)
def test_somebody_who_is_counted_in_tells_no_role_of_the_client(country, text):
    chat = Chat("b2b_software", country).play([["CRM"], [text]])

    assert "role" not in chat.values


@pytest.mark.parametrize(
    "text",
    [
        "actually can I ask a nurse something first, it's a bit personal",
        "posso tirar uma dúvida com a enfermeira?",
        "¿puedo preguntarle algo a la doctora?",
    ],
)
def test_a_question_for_the_specialist_is_a_wish_for_a_person(text):
    chat = Chat("clinic", "GB").play([["ear wax removal"], [text]])

    assert chat.last.handoff_reason == "asked_human"


@pytest.mark.parametrize("text", ["Marília - SP", "Marília/SP", "sou de Regina - SP"])
def test_a_town_called_like_a_person_is_told_by_its_state(text):
    chat = Chat("cars").play([["quero um polo"], ["até 50 mil"], [text]])

    assert text.removeprefix("sou de ").split()[0].split("/")[0] in chat.values["city"]


def test_minutes_count_no_people():
    chat = Chat("b2b_software").play([["preciso de um CRM"], ["Padaria Estrela"], ["podemos marcar 15 min?"]])

    assert "team_size" not in chat.values


def test_what_a_house_is_made_of_is_no_name():
    chat = Chat("solar", "GB").play(
        [["panels for our place in Leeds"], ["we own it, about 310 a month"], ["4 bed brick house, tin roof"]]
    )

    assert "name" not in chat.values


@pytest.mark.parametrize(
    ("text", "timeline"), [("not till next spring", "later"), ("this spring", "up_to_3m")]
)
def test_next_spring_is_not_the_spring_about_to_begin(text, timeline):
    chat = Chat("education", "US")
    chat.context = replace(chat.context, now=datetime.fromisoformat("2026-03-10T10:00:00-05:00"))
    chat.play([["nursing, in person"], [text]])

    assert chat.values["timeline"] == timeline


@pytest.mark.parametrize(
    "text", ["o controle de estoque é muito complicado", "el control de stock es un caos, es difícil"]
)
def test_what_is_hard_to_do_is_the_need(text):
    chat = Chat("b2b_software").play([[text]])

    assert "stock" in chat.values["need"] or "estoque" in chat.values["need"]


@pytest.mark.parametrize(
    ("country", "text", "most"),
    [
        ("BR", "até 180 mil, mas se for muito bom estico pra 200", 200_000),
        ("MX", "mi presupuesto llega a 170 mil, no más", 170_000),
        ("US", "up to 300k, but if it's perfect I could go to 320", 320_000),
    ],
)
def test_a_stretch_moves_the_ceiling_and_sets_no_floor(country, text, most):
    chat = Chat("real_estate", country).play([["comprar" if country != "US" else "I want to buy"], [text]])

    assert chat.values["budget"] == {"min": None, "max": most}


def test_a_title_before_a_name_is_no_place():
    chat = Chat("real_estate", "MX").play([["comprar casa"], ["Ing. Patricio Almeida"]])

    assert "location" not in chat.values
    assert chat.values["name"] == "Patricio Almeida"


@pytest.mark.parametrize(
    "text", ["we need to ditch quickbooks", "queremos largar a planilha", "hartos de excel"]
)
def test_what_they_want_to_leave_is_what_they_use(text):
    chat = Chat("b2b_software", "GB").play([[text]])

    assert chat.values["current_tool"].split()[-1] == text.split()[-1]
