"""Circumstances for brains and parsers: a Tuesday afternoon in one of several countries."""

from datetime import datetime

from agent.brains.protocol import BrainReply, Context, Inbound, Playbook, State, TurnInput
from agent.brains.scripted import ScriptedBrain
from agent.playbook_library import load_library

TUESDAY = datetime.fromisoformat("2026-05-05T15:00:00-03:00")
PLACES = {
    "BR": ("BRL", "America/Sao_Paulo"),
    "MX": ("MXN", "America/Mexico_City"),
    "AR": ("ARS", "America/Argentina/Buenos_Aires"),
    "CO": ("COP", "America/Bogota"),
    "CL": ("CLP", "America/Santiago"),
    "ES": ("EUR", "Europe/Madrid"),
    "US": ("USD", "America/New_York"),
    "GB": ("GBP", "Europe/London"),
}


def context_in(country: str, is_open: bool = True, profile_name: str = "") -> Context:
    currency, timezone = PLACES[country]
    return Context(country, currency, timezone, TUESDAY, profile_name, is_open)


def playbook_of(domain: str) -> Playbook:
    return Playbook.from_snapshot(load_library(domain))


class Chat:
    """Plays one conversation through the scripted brain until a person takes over."""

    def __init__(self, domain: str, country: str = "BR", is_open: bool = True) -> None:
        self.playbook = playbook_of(domain)
        self.context = context_in(country, is_open)
        self.state = State()
        self.replies: list[BrainReply] = []
        self.seq = 0

    def say(self, *messages: str | Inbound) -> BrainReply:
        burst = [self._inbound(message) for message in messages]
        reply = ScriptedBrain().respond(TurnInput(self.playbook, self.state, burst, self.context))
        self.state = State.from_json(reply.state.to_json())
        self.replies.append(reply)
        return reply

    def play(self, bursts: list[list[str]]) -> "Chat":
        for burst in bursts:
            if self.replies and self.replies[-1].handoff:
                break
            self.say(*burst)
        return self

    @property
    def last(self) -> BrainReply:
        return self.replies[-1]

    @property
    def values(self) -> dict[str, object]:
        return {key: slot.value for key, slot in self.state.slots.items()}

    @property
    def spoken(self) -> list[str]:
        return [text for reply in self.replies for text in reply.messages]

    def _inbound(self, message: str | Inbound) -> Inbound:
        self.seq += 1
        return message if isinstance(message, Inbound) else Inbound(self.seq, text=message)
