"""Anger, danger and goodbyes; and the same words where they are about something else."""

import pytest

from agent import intents
from agent.tests.circumstances import Chat


@pytest.mark.parametrize(
    "text",
    [
        "que merda de atendimento",
        "vocês me roubaram",
        "nunca fui tão mal atendido na vida",
        "robô burro do caralho",
        "isso é inaceitável",
        "odeio vocês",
        "no sirven para nada",
        "nunca me habían tratado tan mal",
        "me están tomando el pelo",
        "voy a poner una denuncia",
        "stupid bot",
        "I'm absolutely furious",
        "you guys suck",
        "never been treated so badly",
        "you wasted my whole day",
    ],
)
def test_anger_is_heard_in_more_words(text):
    assert intents.is_angry([text])


@pytest.mark.parametrize(
    "text",
    [
        "meu carro atual é um lixo",
        "mi auto es una porquería",
        "estoy harta de pagar alquiler",
        "this is fucking awesome",
        "I'm mad about that car",
        "roubaram minha moto",
        "voy a poner la denuncia del robo",
        "porra que bom",
    ],
)
def test_strong_words_about_something_else_are_no_anger(text):
    assert not intents.is_angry([text])


@pytest.mark.parametrize(
    "text",
    [
        "tá saindo fumaça do painel solar",
        "tem uma pessoa presa nas ferragens",
        "meu marido está me batendo",
        "fui atropelado",
        "levei um choque no painel",
        "se está quemando mi casa",
        "se me hinchó la garganta",
        "the panel is sparking and smoking",
        "we've been in an accident, people injured",
        "there's a gas smell in the flat",
        "my husband is hitting me",
    ],
)
def test_present_danger_is_heard(text):
    assert intents.found("emergency", text)


@pytest.mark.parametrize(
    "text",
    [
        "quero seguro de vida que cubra suicídio",
        "o seguro cobre roubo e incêndio",
        "quero seguro contra incêndio",
        "meu pai faleceu de infarto ano passado",
        "já tive AVC, consigo fazer seguro?",
        "tuve un accidente el año pasado",
        "I'm dying to see it",
        "does it cover a heart attack?",
    ],
)
def test_danger_that_is_insured_or_long_over_is_no_emergency(text):
    assert not intents.found("emergency", text)


def test_danger_now_is_heard_beside_danger_of_old():
    assert intents.found("emergency", "tive um infarto ano passado. agora estou com dor no peito")


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("não me liguem mais", True),
        ("quero sair da lista", True),
        ("please stop", True),
        ("não me mande mais mensagem", True),
        ("não me mande áudio por favor", False),
        ("não mande foto, só o preço", False),
        ("no me llamen, mejor por aquí", False),
        ("don't call me, text me", False),
        ("please don't text me until tomorrow", False),
    ],
)
def test_a_wish_about_the_manner_of_writing_is_no_opt_out(text, leaves):
    assert bool(intents.found("opt_out", text)) is leaves


def test_a_client_who_wants_no_voice_notes_is_asked_on():
    chat = Chat("real_estate").play([["quero comprar casa em Bauru"], ["não me mande áudio por favor"]])

    assert chat.last.proposal == "qualifying"
    assert chat.last.messages
