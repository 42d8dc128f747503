"""What a model that does as it is told answers."""

# To "Quero comprar": the wish is noted, and the next question asked
ASKS_WHERE = {
    "language": "pt-BR",
    "intent": "answering",
    "evidence": "",
    "sentiment": "neutral",
    "updates": [{"slot": "goal", "op": "set", "quote": "comprar", "value": "buy"}],
    "kb_ids": [],
    "unanswered": [],
    "confidence": "high",
    "stage": "qualifying",
    "handoff": False,
    "handoff_reason": "none",
    "next_slot": "location",
    "summary": "Quer comprar.",
    "messages": ["Em qual bairro você gostaria de morar?"],
}
