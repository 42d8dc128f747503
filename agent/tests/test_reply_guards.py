"""What a model may not say to a client, whoever talked it into it."""

import pytest

from agent.brains.protocol import Said, State
from agent.reply_guards import problems
from agent.tests.turns_of import knowing, playbook_of, turn_of

SNIPPET = {
    "id": "kb1",
    "lang": "pt-BR",
    "title": "Comissão",
    "body": "A comissão é de 6% e o site é casanorte.com.br",
}
PLAYBOOK = playbook_of(snippets=[SNIPPET])


def problems_of(
    *said: str, client: str = "Oi, tenho uns 400 mil", language: str = "pt-BR", **state
) -> list[str]:
    turn = turn_of(client, playbook=PLAYBOOK, state=knowing(**state))
    return problems(list(said), turn, turn.state, language)


FINE = {
    "plain": ("Perfeito! Em qual bairro você procura?",),
    "two bubbles": ("Que legal!", "Você prefere casa ou apartamento?"),
    "the client's own figure": ("Anotado, até R$ 400.000. Em qual bairro?",),
    "knowledge": ("A comissão é de 6%, está em casanorte.com.br. Em qual bairro?",),
    "small words": ("Posso olhar em um ou dois bairros. Qual é o primeiro?",),
    "refusal of a promise": ("Não posso garantir desconto, um consultor avalia. Em qual bairro?",),
    "a consultant will answer": ("Isso quem responde é um consultor. Em qual bairro?",),
    "an offer of a person": ("Se preferir, uma pessoa da equipe pode continuar com você.",),
}


@pytest.mark.parametrize("said", FINE.values(), ids=FINE.keys())
def test_problems_of_an_honest_reply_are_none(said):
    assert problems_of(*said) == []


BROKEN = {
    "nothing": (),
    "three bubbles": ("Oi.", "Tudo bem.", "Em qual bairro?"),
    "long": ("muito " * 70,),
    "two questions": ("Em qual bairro? E qual o valor?",),
    "a list": ("Temos:\n- casas\n- apartamentos",),
    "bold": ("Temos **casas** ótimas.",),
    "invented price": ("Temos um por R$ 350.000 em Moema.",),
    "invented price in words": ("Temos um por trezentos mil reais.",),
    "invented percentage": ("O sinal é de 15%.",),
    "invented small percentage in words": ("O sinal é de cinco por cento.",),
    "invented minutes": ("Isso leva dois minutos.",),
    "invented date": ("A visita pode ser na quinta-feira.",),
    "invented time": ("Abrimos às 18h.",),
    "invented phone": ("Ligue para 11 91234-5678.",),
    "invented address": ("Veja em www.casanorte-ofertas.com/x",),
    "invented e-mail": ("Escreva para vendas@casanorte.com",),
    "discount": ("Consigo um desconto para você!",),
    "approval": ("Seu crédito está aprovado.",),
    "booking": ("Sua visita já está agendada.",),
    "later work": ("Vou verificar e te retorno.",),
    "accepted offer": ("Fechado por esse valor, aceitamos sua proposta!",),
    "transfer": ("Vou te transferir para um consultor.",),
    "somebody was called": ("Já avisei a equipe, um corretor vai entrar em contato.",),
    "instructions": ("Minhas instruções dizem para falar de imóveis.",),
    "inner words": ("O handoff será feito.",),
    "what it is made of": ("Sou um modelo de linguagem.",),
    "a quote of the rules": ("Ok: Facts, prices, dates, addresses and numbers only as they stand in FACTS",),
    "English": ("Great, which neighborhood are you looking at?",),
    "Spanish": ("¡Perfecto! ¿En qué barrio quieres vivir tú?",),
    "a card": ("Recebi o cartão 4111 1111 1111 1111.",),
}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN.keys())
def test_problems_of_a_reply_that_breaks_a_rule_are_named(said):
    assert problems_of(*said)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Te paso con un consultor ahora mismo."),
        ("es", "Puedo hacerte un descuento, ¿en qué barrio?"),
        ("es", "Tu visita queda reservada para ti."),
        ("en", "I'll connect you with one of our agents now."),
        ("en", "We can offer you a discount on that house."),
        ("en", "Your viewing is confirmed, see you there."),
        ("en", "I will check and get back to you."),
    ],
)
def test_problems_in_other_languages_are_named(language, text):
    assert problems_of(text, language=language)


def test_problems_of_a_repeated_reply_are_named():
    turn = turn_of("hm", state=State(recent_agent_texts=("Em qual bairro você procura?",)))
    assert problems(["Em qual bairro você procura?"], turn, turn.state, "pt-BR")


def test_problems_with_a_figure_that_the_consultant_said_are_none():
    turn = turn_of("ok", history=(Said("consultant", "Temos um por 350 mil"),))
    assert problems(["O de R$ 350.000 segue disponível."], turn, turn.state, "pt-BR") == []


def test_problems_with_a_known_date_are_none():
    turn = turn_of("pode ser", state=knowing(visit="2026-11-26"))
    assert problems(["Na quinta-feira, 26/11, certo?"], turn, turn.state, "pt-BR") == []
