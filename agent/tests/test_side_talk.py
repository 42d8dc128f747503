"""Names, places and facts that stand beside the point: companies, teams, whereabouts of an hour, other people."""

import pytest

from agent.tests.circumstances import Chat
from agent.tests.test_scripted_asked import answered


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("BR", "tô no Carrefour, já respondo"),
        ("BR", "estou no mercado"),
        ("BR", "estou no Uber"),
        ("BR", "tenho conta no Itaú"),
        ("BR", "sou do time do Flamengo"),
        ("BR", "to assistindo o jogo do Palmeiras"),
        ("BR", "Feliz Natal"),
        ("BR", "Deus abençoe"),
        ("US", "I want a Tesla charger"),
        ("US", "I want something like on Zillow"),
        ("US", "I'm at Walmart"),
        ("US", "we bank with Chase"),
        ("US", "I have a Chase mortgage"),
        ("US", "it has to fit my King bed"),
        ("MX", "estoy en el Oxxo"),
        ("MX", "compré con Kavak"),
    ],
)
def test_a_place_said_beside_the_point_answers_no_where(country, text):
    assert answered("real_estate", "location", country, text) is None


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("BR", "estou com o Labrador aqui"),
        ("BR", "sou cliente Nubank"),
        ("BR", "Uso FGTS"),
        ("BR", "falei com o Rodrigo ontem"),
        ("BR", "a Carla que decide"),
        ("BR", "é pra eu e o Bruno"),
        ("BR", "meu corretor antigo era o Fábio"),
        ("US", "I'm at Starbucks"),
        ("US", "I'm on a Zoom call"),
        ("US", "I need to ask Karen first"),
        ("MX", "hablé con Pedro ayer"),
    ],
)
def test_somebody_or_something_else_is_not_the_clients_name(country, text):
    assert answered("cars", "name", country, text) is None


@pytest.mark.parametrize(
    ("country", "text", "place"),
    [
        ("BR", "estou em Bauru", "Bauru"),
        ("BR", "moro no Flamengo", "Flamengo"),
        ("BR", "Natal mesmo", "Natal"),
        ("US", "I'm in Chase City", "Chase City"),
    ],
)
def test_the_same_words_still_tell_where_people_live(country, text, place):
    assert answered("real_estate", "location", country, text) == place


def test_being_at_a_shop_chooses_no_gearbox():
    chat = Chat("cars", "US").play([["looking for a used Camry"], ["I'm at Walmart"]])

    assert set(chat.values) == {"model", "condition"}


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("mejor el March, que es más baratito", "March"),
        ("actually the Zorblax please", "Zorblax"),
        ("mejor el viernes", "Versa 2023"),
        ("mejor el rojo", "Versa 2023"),
        ("melhor o usado", "Versa 2023"),
    ],
)
def test_a_correction_may_name_a_thing_that_nobody_knows(text, model):
    chat = Chat("cars", "MX").play([["¿aún tienen el Versa 2023?"], [text]])

    assert chat.values["model"] == model


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("plano de saúde pra mim e meus 2 filhos", 3),
        ("health insurance for me and my two kids", 3),
        ("seguro de salud para mí y mi esposa", 2),
    ],
)
def test_whom_to_insure_is_told_with_how_many(text, people):
    chat = Chat("insurance")

    chat.say(text)

    assert chat.values["people"] == people
    assert chat.values["insured_object"]


def test_a_driver_beside_the_car_is_not_what_is_insured():
    chat = Chat("insurance")

    chat.say("seguro do meu Gol, eu e minha esposa dirigimos")

    assert chat.values["insured_object"] == "Gol"


def test_land_to_build_on_is_to_be_bought():
    chat = Chat("real_estate")

    chat.say("tô atrás de terreno em Atibaia pra construir")

    assert chat.values["goal"] == "buy"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("zuleyka, zuleyka.m@nexa.example", "Zuleyka"),
        ("NOREEN, NOREEN@NEXA.EXAMPLE", "Noreen"),
        ("rh, rh@nexa.example", None),
    ],
)
def test_an_address_tells_that_the_word_beside_it_is_a_name(text, name):
    assert answered("b2b_software", "name", "US", text) == name


def test_a_shouted_question_is_no_name():
    assert answered("education", "name", "BR", "E DURA QNT TEMPO?") is None
