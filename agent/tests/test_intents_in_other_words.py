"""Wishes, scolding and side talk in many words; and the same words where they mean something else."""

import pytest

from agent import intents
from agent.tests.circumstances import Chat

PERSON = [
    "quero um vendedor",
    "não tem um ser humano aí não?",
    "tem algum atendente online?",
    "vocês têm um número que eu possa ligar?",
    "tem como um de vocês entrar em contato comigo?",
    "cansei dessa conversa com robô, me bota com alguém",
    "só falo com gente",
    "chama seu supervisor",
    "pode pedir pra Carla me responder?",
    "hay algún humano por ahí?",
    "pásame a tu jefe",
    "con quién puedo hablar por teléfono?",
    "no quiero seguir con la máquina",
    "me pueden marcar por favor",
    "can I get a human",
    "no bots, give me someone real",
    "not answering a bot, sorry",
    "do you have a number I can call?",
    "could somebody from your office ring us",
]
ANGER = [
    "que atendimento horroroso",
    "tô de saco cheio de vocês",
    "vou entrar na justiça",
    "são uns mentirosos",
    "que falta de profissionalismo",
    "me están viendo la cara",
    "qué servicio tan malo",
    "me tienen podrido",
    "you lot are hopeless",
    "this is absolutely unacceptable",
    "you wasted my time",
]
OTHERS = [
    "our current software is garbage",
    "nuestro software actual es una basura",
    "o sistema que usamos é uma porcaria",
    "my landlord is useless so I want to buy",
    "minha conta de luz é um roubo",
    "mi aseguradora actual es pésima, una estafa",
]
NO_PERSON = [
    "mi esposo es asesor",
    "sou atendente",
    "somos una empresa de agentes de ventas",
    "quem é o consultor que faz a visita?",
    "um sistema para os nossos vendedores",
    "the house is for one person",
    "I'm a sales manager",
]


@pytest.mark.parametrize("text", PERSON)
def test_a_wish_for_a_person_is_heard(text):
    assert intents.found("ask_human", text)


@pytest.mark.parametrize("text", NO_PERSON)
def test_people_who_are_only_spoken_of_are_no_wish(text):
    assert not intents.found("ask_human", text)


@pytest.mark.parametrize("text", ANGER)
def test_anger_at_us_is_heard(text):
    assert intents.is_angry([text])


@pytest.mark.parametrize("text", OTHERS)
def test_anger_at_somebody_else_is_not_about_us(text):
    assert not intents.is_angry([text])


@pytest.mark.parametrize("text", ["zona oeste, puede ser Morón", "lá pra banda de Messejana"])
def test_names_of_places_are_no_insults(text):
    assert not intents.is_angry([text])


def test_who_leaves_another_insurer_is_no_unhappy_client_of_ours():
    reply = Chat("insurance").say("quero cancelar o seguro que tenho em outra seguradora e fazer com vocês")

    assert not reply.handoff


@pytest.mark.parametrize(
    ("domain", "bursts"),
    [
        ("insurance", ["boa tarde, já sou segurada de vocês", "preciso da 2a via do boleto que não chegou"]),
        ("b2b_software", ["já somos clientes de vocês", "podem resetar a senha do meu funcionário?"]),
        ("education", ["sou aluna do 3º semestre", "preciso do meu histórico escolar, onde peço?"]),
        ("insurance", ["I'm already a customer of yours, I need a copy of my policy"]),
    ],
)
def test_a_client_of_ours_who_needs_support_gets_a_person(domain, bursts):
    chat = Chat(domain).play([[text] for text in bursts])

    assert (chat.last.proposal, chat.last.handoff_reason) == ("needs_human", "out_of_scope")
    assert not any("?" in text for text in chat.spoken)


@pytest.mark.parametrize(
    ("domain", "text", "is_job"),
    [
        ("real_estate", "tem vaga para barco?", False),
        ("clinic", "tem vaga pra amanhã?", False),
        ("real_estate", "tem vaga de visitante?", False),
        ("clinic", "tem vaga para recepcionista?", True),
        ("cars", "tem vaga de emprego aí?", True),
    ],
)
def test_a_place_to_park_is_no_place_to_work(domain, text, is_job):
    assert (Chat(domain).say(text).proposal == "disqualified") is is_job


def test_a_name_that_cries_for_help_is_a_name():
    chat = Chat("solar").play([["energia solar pra minha casa própria em Teresina, conta de 500"]])

    chat.say("Socorro Lima")

    assert chat.values["name"] == "Socorro Lima"
    assert chat.last.handoff_reason == "qualified"


def test_who_offers_us_services_is_no_client():
    chat = Chat("b2b_software", "MX").play(
        [["Hola, somos una consultora de SEO"], ["les ofrecemos posicionar su página"]]
    )

    assert chat.last.proposal == "disqualified"
