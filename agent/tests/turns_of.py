"""Turns for tests of brains: a shipped playbook, a client's burst and what is known already."""

from datetime import datetime
from zoneinfo import ZoneInfo

from agent.brains.protocol import Context, Inbound, Playbook, SlotValue, State, TurnInput
from agent.playbook_library import load_library

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


def playbook_of(domain: str = "real_estate", **over: object) -> Playbook:
    return Playbook.from_snapshot(load_library(domain) | over)


def turn_of(
    *texts: str, playbook: Playbook | None = None, state: State | None = None, **over: object
) -> TurnInput:
    """A burst of text messages numbered from 1, on a Monday morning in São Paulo."""
    context = Context("BR", "BRL", "America/Sao_Paulo", NOW)
    burst = [Inbound(seq, "text", text) for seq, text in enumerate(texts, start=1)]
    parts = {
        "playbook": playbook or playbook_of(),
        "state": state or State(),
        "burst": burst,
        "context": context,
    }
    return TurnInput(**(parts | over))


def knowing(**slots: object) -> State:
    """A conversation under way, in Portuguese, in which these slots are known."""
    known = {key: SlotValue(value, str(value)) for key, value in slots.items()}
    return State(language="pt-BR", slots=known, greeted=True, turns=1)
