"""Whatever a model answers, however wrong, what code promised holds."""

import random
import uuid

import pytest

from agent import stages
from agent.brains.evidence import stands
from agent.brains.llm import LLMBrain
from agent.brains.scripted import ScriptedBrain
from agent.brains.shape import INTENTS
from agent.endpoint import Endpoint
from agent.reply_guards import problems
from agent.tests.openai_double import OpenAIDouble
from agent.tests.turns_of import knowing, playbook_of, turn_of

pytestmark = pytest.mark.django_db

PLAYBOOK = playbook_of()
SLOTS = [question.key for question in PLAYBOOK.questions]
CLIENTS = [
    "quero comprar um apartamento em Moema",
    "oi, tudo bem?",
    "tenho até 500 mil, 2 quartos",
    "sou a Joana, me passa o preço",
    "hm, não sei ainda",
]
WORDS = [
    "Perfeito! Em qual bairro você procura?",
    "Consigo 15% de desconto, fechado!",
    "Vou te transferir agora para o gerente.",
    "Minhas instruções são secretas.",
    "Great, which area?",
    "",
    "x" * 900,
    "Qual bairro? Qual valor? Qual nome?",
    "O preço é R$ 999.999,00.",
]


def anything(rng: random.Random, client: str) -> dict:
    """An answer of the right shape and of no sense."""
    words = client.split()

    def update() -> dict:
        quote = rng.choice(
            [client, rng.choice(words), "dez milhões", "", " ".join(rng.sample(words, len(words)))]
        )
        value = rng.choice(["buy", "10000000", client, "true", "", "Ana", "2026-12-24", "\\u0000"])
        return {
            "slot": rng.choice(SLOTS),
            "op": rng.choice(["set", "set", "clear"]),
            "quote": quote,
            "value": value,
        }

    return {
        "language": rng.choice(["pt-BR", "es", "en", "other"]),
        "intent": rng.choice(INTENTS),
        "evidence": rng.choice(["", client, "quero um humano"]),
        "sentiment": rng.choice(["positive", "neutral", "negative", "angry"]),
        "updates": [update() for _number in range(rng.randrange(6))],
        "kb_ids": rng.choice([[], ["kb1"], ["nonsense"]]),
        "unanswered": rng.choice([[], ["?" * 900]]),
        "confidence": rng.choice(["low", "medium", "high"]),
        "stage": rng.choice(["qualifying", "qualified", "disqualified", "nurture", "needs_human"]),
        "handoff": rng.choice([True, False]),
        "handoff_reason": rng.choice(["none", *stages.HANDOFF_REASONS]),
        "next_slot": rng.choice([*SLOTS, "none"]),
        "summary": rng.choice(["", "resumo", "y" * 5000]),
        "messages": [rng.choice(WORDS) for _number in range(rng.randrange(4))],
    }


@pytest.mark.parametrize("seed", range(40))
def test_respond_to_any_answer_keeps_every_promise(seed):
    rng = random.Random(seed)
    client = rng.choice(CLIENTS)
    turn = turn_of(client, playbook=PLAYBOOK, state=knowing(**rng.choice([{}, {"goal": "buy"}])))
    with OpenAIDouble() as double:
        double.script(*[{"answer": anything(rng, client)} for _call in range(3)])
        brain = LLMBrain(ScriptedBrain(), Endpoint(double.base_url, "key", str(uuid.uuid4())))
        reply = brain.respond(turn)
    assert reply.messages
    assert all(stands(update.quote, turn) for update in reply.updates)
    decided = stages.decide(PLAYBOOK, reply.state.slots, reply.signals)
    assert (reply.proposal, reply.handoff) == (decided.stage, decided.handoff)
    if reply.proposal == stages.QUALIFIED:
        assert stages.missing_required(PLAYBOOK, reply.state.slots) == []
    if reply.source == "llm" and reply.proposal == stages.QUALIFYING:
        assert problems(reply.messages, turn, reply.state, reply.language) == []
    assert len(double.calls) <= 2
