"""Wishes for a person in words that no phrase book holds, and the same words where they are none."""

import pytest

from agent import intents
from agent.tests.circumstances import Chat

SAID_OUTRIGHT = [
    "quero falar com a Fernanda que me atendeu ontem",
    "deixa eu falar com quem manda aí",
    "não vou passar meus dados pra um robô",
    "só passo meus dados pra uma pessoa",
    "vcs não têm atendimento humano?",
    "é complicado explicar por aqui, melhor por telefone",
    "poderia me pôr em contato com a secretária?",
    "atendente!!!",
    "podem me ligar hoje às 18h?",
    "me pasas con ventas?",
    "solo doy mis datos a una persona",
    "quiero negociar con el dueño",
    "pueden llamarme esta tarde?",
    "a qué número puedo llamar?",
    "necesito ayuda de una persona",
    "let me talk to your boss",
    "I'd like a callback",
    "can we hop on a call?",
    "I'm not giving my details to a bot",
    "could you get Mike to ring me",
    "representative!",
]
SAID_IN_PIECES = [
    "prefiro esperar alguém da loja",
    "quero ser atendida por corretora mulher",
    "vc consegue me passar pro atendimento?",
    "quero confirmar com um humano antes de fechar",
    "mándame a alguien",
    "me gustaría que alguien se comunique conmigo",
    "conéctame con un representante",
    "please pass my details to an agent and ask them to call",
    "can you loop in a teammate?",
    "get someone on the line",
]
# Nothing else is said in the clause
APPEALS = [
    "tem alguma alma viva nesse atendimento?",
    "não tem ninguém de verdade aí não?",
    "falo só com pessoa, com robô não",
    "tem como um consultor assumir daqui?",
    "mas quem vai me atender de verdade?",
    "quero sair do robô",
    "¿no hay ningún empleado disponible?",
    "necesito a alguien que me escuche de verdad",
    "¿puede seguir esto un compañero tuyo?",
    "alguien real por favor",
    "is there a living soul there?",
    "any chance of a human?",
    "human. now.",
    "could a member of your team get back to me",
    "hook me up with a salesperson",
    "a human would be nice",
]
NONE = [
    "vivo con otra persona",
    "uma pessoa só",
    "quero plano pra uma pessoa",
    "não quero falar com ninguém agora",
    "a gente pode falar amanhã?",
    "gente, quero uma casa",
    "no quiero que me llamen",
    "curso de corpo humano",
    "vou falar com o dono do imóvel",
    "I work with people",
    "I don't want anyone to call me",
    "is a human resources course available",
    "do you have live classes",
    "somos 4 pessoas",
    "¿hablo con una persona o un robot?",
    "não precisa me ligar, prefiro por aqui",
    "vou falar com minha esposa e te aviso",
    "quero falar com o banco antes",
    "o corretor me disse que aceita pet, posso visitar?",
    "somos 12 atendentes e precisamos falar mais rápido",
    "quero um sistema onde o cliente possa falar com o atendente",
    "quero um software pra atendimento humano e bot",
    "quero curso pra falar com clientes estrangeiros",
    "posso continuar com o mesmo dentista?",
    "me chama de Bia",
    "no hace falta que me llamen",
    "quiero aprender a hablar con extranjeros",
    "pueden llamarme Paco",
    "en persona por favor",
    "mi gerente quiere hablar conmigo primero",
    "am I talking to a real person?",
    "need to speak with my husband first",
    "we want a chatbot that can talk to our customers",
    "would like to practice speaking to people in Spanish",
    "I'd like to see the car in person",
    "in person please",
    "one person please",
    "no phone calls please, text only",
]


@pytest.mark.parametrize("text", SAID_OUTRIGHT + SAID_IN_PIECES + APPEALS)
def test_a_wish_for_a_person_is_heard_in_any_words(text):
    assert intents.found("ask_human", text)


@pytest.mark.parametrize("text", NONE)
def test_talk_of_people_calls_and_machines_is_no_wish(text):
    assert not intents.found("ask_human", text)


def test_a_wish_in_unusual_words_hands_the_conversation_over():
    chat = Chat("real_estate").play([["quero alugar uma casa em Betim"], ["prefiro esperar alguém da loja"]])

    assert (chat.last.proposal, chat.last.handoff_reason) == ("needs_human", "asked_human")
