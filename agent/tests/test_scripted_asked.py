"""Answers read in the light of the question that was just asked, and what is no answer to it."""

from dataclasses import replace

import pytest

from agent.brains.protocol import Inbound, SlotValue
from agent.tests.circumstances import Chat

LANGUAGES = {"BR": "pt-BR", "US": "en", "GB": "en"}
PRICE = {"min": None, "max": 450_000}
KNOWN = {
    "real_estate": {"name": "Ana Braga", "goal": "buy", "location": "Moema", "budget": PRICE},
    "cars": {"name": "Ana Braga", "model": "HB20", "city": "Bauru", "budget": PRICE},
    "clinic": {"name": "Ana Braga", "procedure": "limpeza", "preferred_shift": "morning"},
    "education": {"name": "Ana Braga", "course": "inglês", "modality": "online"},
    "insurance": {"name": "Ana Braga", "insurance_type": "auto", "insured_object": "Gol", "city": "Bauru"},
    "b2b_software": {"name": "Ana Braga", "company": "Nexa", "need": "CRM", "email": "ana@nexa.example"},
}


def asked(domain: str, slot: str, country: str = "BR") -> Chat:
    """A conversation in which everything but `slot` is known, and `slot` was asked for."""
    chat = Chat(domain, country)
    known = {key: SlotValue(value) for key, value in KNOWN[domain].items() if key != slot}
    language = LANGUAGES.get(country, "es")
    chat.state = replace(
        chat.state, language=language, greeted=True, pending=slot, asked={slot: 1}, slots=known, turns=2
    )
    return chat


def answered(domain: str, slot: str, country: str, *texts: str) -> object:
    chat = asked(domain, slot, country)
    chat.say(*texts)
    return chat.values.get(slot)


@pytest.mark.parametrize(
    ("country", "text", "place"),
    [
        ("BR", "lá pra banda de Messejana", "Messejana"),
        ("BR", "resido em Volta Redonda", "Volta Redonda"),
        ("GB", "Didsbury would be lovely", "Didsbury"),
        ("US", "we're thinking Plano maybe Frisco", "Plano"),
    ],
)
def test_a_place_among_everyday_words_answers_where(country, text, place):
    assert answered("real_estate", "location", country, text) == place


@pytest.mark.parametrize(
    ("country", "text", "name"),
    [
        ("BR", "pode anotar Juvenal", "Juvenal"),
        ("BR", "Adrielly com dois L", "Adrielly"),
        ("AR", "Nahuel te saluda", "Nahuel"),
        ("US", "you can put down Darlene", "Darlene"),
    ],
)
def test_a_name_in_a_sentence_answers_who(country, text, name):
    assert answered("cars", "name", country, text) == name


@pytest.mark.parametrize(
    ("country", "text", "shift"),
    [
        ("BR", "bem cedinho", "morning"),
        ("BR", "à noitinha", "evening"),
        ("BR", "a partir das 14", "afternoon"),
        ("BR", "só consigo depois das 5", "evening"),
        ("AR", "a la tardecita", "afternoon"),
        ("AR", "tipo 11", "morning"),
        ("GB", "half past four", "afternoon"),
        ("US", "PM", "afternoon"),
    ],
)
def test_a_bare_hour_and_a_diminutive_tell_the_time_of_day_that_was_asked(country, text, shift):
    assert answered("clinic", "preferred_shift", country, text) == shift


def test_a_diminutive_means_the_option():
    assert answered("insurance", "insurance_type", "BR", "pra minha lojinha") == "business"


@pytest.mark.parametrize(
    ("country", "text", "size"),
    [
        ("BR", "na equipe que vai usar são 18", 18),
        ("BR", "hoje são 40, mas só 6 vão usar", 6),
        ("BR", "somos só em 2, eu e minha irmã", 2),
        ("BR", "meia dúzia", 6),
        ("US", "it's just me and my business partner, so 2 people", 2),
    ],
)
def test_a_count_in_a_sentence_answers_how_many(country, text, size):
    assert answered("b2b_software", "team_size", country, text) == size


@pytest.mark.parametrize(
    ("domain", "slot"),
    [("real_estate", "location"), ("cars", "name"), ("cars", "model"), ("education", "course")],
)
@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("BR", "vi o anúncio no Instagram"),
        ("BR", "preciso ver com minha esposa"),
        ("BR", "ainda não decidi"),
        ("BR", "prefiro não informar"),
        ("MX", "luego te digo"),
        ("MX", "mi hermana me los recomendó"),
        ("US", "I'd rather not say"),
        ("US", "still deciding"),
        ("US", "sounds great"),
    ],
)
def test_side_talk_is_no_answer(domain, slot, country, text):
    assert answered(domain, slot, country, text) is None


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("BR", "opa, falei errado, Santos não, é em São Vicente que eu quero"),
        ("BR", "pera, me enganei no bairro"),
        ("ES", "perdona, de comprar nada eh, alquilar"),
    ],
)
def test_a_word_of_correction_is_no_name(country, text):
    assert answered("real_estate", "name", country, text) is None


def test_a_refused_place_gives_way_to_the_one_meant():
    chat = asked("real_estate", "name")

    chat.say("falei errado, Moema não, é em Santo André que eu quero")

    assert chat.values["location"] == "Santo André"


def test_a_thing_with_an_article_is_no_name():
    assert answered("cars", "name", "US", "it's a Yamaha MT-07") is None


def test_a_count_is_corrected_by_a_bare_number_of_its_size():
    chat = asked("b2b_software", "name", "CL")
    chat.state = replace(chat.state, slots={**chat.state.slots, "team_size": SlotValue(60)})

    chat.say("perdón, 80, ya contando los nuevos")

    assert chat.values["team_size"] == 80


def test_a_model_with_its_year_is_the_trade_in_where_one_is_offered():
    chat = Chat("cars", "CO").play(
        [["buenas, tienen Duster?", "tengo un Spark 2015 para dar en parte de pago"]]
    )

    assert chat.values["trade_in"] == "Spark 2015"
    assert chat.values["model"] == "Duster"


def test_what_is_refused_afterwards_is_not_wanted():
    chat = Chat("cars").play([["moto não né, só carro? queria um Fiesta"]])

    assert chat.values["model"] == "Fiesta"
    assert "trade_in" not in chat.values


def test_an_option_between_two_pauses_may_be_an_everyday_word():
    chat = Chat("cars", "US").play([["want a Hilux"], ["brand new, auto"]])

    assert chat.values["transmission"] == "automatic"


def test_a_fourth_voice_note_that_nobody_hears_brings_a_person():
    chat = Chat("cars")
    replies = [chat.say(Inbound(number, kind="audio", seconds=9)) for number in range(1, 5)]

    assert [reply.handoff for reply in replies] == [False, False, False, True]
    assert replies[-1].handoff_reason == "failures"


def test_a_question_asked_twice_over_its_limit_brings_a_person():
    chat = asked("cars", "city")
    limit = chat.playbook.question("city").max_asks
    chat.state = replace(chat.state, asked={"city": 2 * limit})

    reply = chat.say("tem garantia?")

    assert (reply.proposal, reply.handoff_reason) == ("needs_human", "failures")


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("BR", "Tenho FGTS"),
        ("BR", "Vi no OLX"),
        ("BR", "Meu CPF esta negativado no Serasa"),
        ("BR", "trabalho na Petrobras"),
        ("BR", "estou na fila do banco"),
        ("US", "I work for Amazon"),
        ("US", "I already saw it on Zillow"),
        ("US", "I'm already a member of my HOA"),
        ("MX", "trabajo en Bimbo"),
    ],
)
def test_a_strange_word_without_a_wish_is_no_place(country, text):
    assert answered("real_estate", "location", country, text) is None


@pytest.mark.parametrize(
    ("country", "text"),
    [("US", "I saw it on Zillow"), ("BR", "Tenho um Labrador"), ("BR", "vou colocar a Prefeitura")],
)
def test_a_strange_word_without_a_naming_verb_is_no_name(country, text):
    assert answered("cars", "name", country, text) is None
    assert answered("real_estate", "name", country, text) is None


@pytest.mark.parametrize(
    ("country", "text", "place"),
    [
        ("BR", "Xiririca", "Xiririca"),
        ("BR", "moro em Xiririca", "Xiririca"),
        ("BR", "quero perto de Xiririca", "Xiririca"),
        ("BR", "trabalho na Petrobras, quero morar em Xiririca", "Xiririca"),
        ("US", "we want to be near Wobbleton", "Wobbleton"),
    ],
)
def test_an_unknown_place_with_a_wish_or_alone_answers_where(country, text, place):
    assert answered("real_estate", "location", country, text) == place


@pytest.mark.parametrize(
    ("country", "text", "name"),
    [
        ("BR", "me chamo Xirlene", "Xirlene"),
        ("BR", "aqui é o Wanderklei", "Wanderklei"),
        ("US", "my name is Zuberi", "Zuberi"),
        ("US", "Zuberi", "Zuberi"),
    ],
)
def test_an_unknown_name_with_a_naming_verb_or_alone_answers_who(country, text, name):
    assert answered("cars", "name", country, text) == name


@pytest.mark.parametrize(
    ("texts", "name", "city"),
    [
        (["mornings, about 250 a month", "Terrell"], "Terrell", None),
        (["Terrell", "Deshawn"], "Deshawn", "Terrell"),
        (["Chicago"], None, "Chicago"),
    ],
)
def test_small_towns_name_answers_who_asked_for_a_name(texts, name, city):
    chat = asked("education", "name", "US")
    chat.say(*texts)
    assert (chat.values.get("name"), chat.values.get("city")) == (name, city)
