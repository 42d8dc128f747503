"""What every brain is given and what it gives back. Pure data: no clock, no database, no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from agent.brains.playbook import LANGUAGES, Choice, Playbook, Question, Rule, Snippet, jsonable

__all__ = [
    "LANGUAGES",
    "Brain",
    "BrainReply",
    "Choice",
    "Context",
    "Decision",
    "Inbound",
    "Playbook",
    "Question",
    "Rejected",
    "Rule",
    "Said",
    "Signals",
    "SlotUpdate",
    "SlotValue",
    "Snippet",
    "State",
    "TurnInput",
]


@dataclass(frozen=True)
class Context:
    """Where and when the client writes. `now` is aware; `is_open` says whether a consultant is on duty;
    `language` is what people write in on this line, '' where only the country tells."""

    country: str
    currency: str
    timezone: str
    now: datetime
    profile_name: str = ""
    is_open: bool = True
    language: str = ""


@dataclass(frozen=True)
class Inbound:
    """One client message. `transcript` is the text of a voice note, where there is one."""

    seq: int
    kind: str = "text"
    text: str = ""
    transcript: str | None = None
    filename: str = ""
    seconds: int | None = None
    media_types: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return (self.transcript or self.text or "").strip()


@dataclass(frozen=True)
class SlotValue:
    """A known slot with the client's words that prove it."""

    value: Any
    quote: str = ""
    raw: str = ""
    seq: int | None = None


@dataclass(frozen=True)
class SlotUpdate:
    slot: str
    op: str
    value: Any = None
    raw: str = ""
    quote: str = ""
    seq: int | None = None


@dataclass(frozen=True)
class Rejected:
    """An update that was not taken. Reasons: quote_not_found, parse_error, not_in_choices, out_of_range,
    third_party, ambiguous, negated, unchanged, unknown_slot, sensitive_not_allowed."""

    slot: str
    value: Any
    quote: str
    reason: str


@dataclass(frozen=True)
class Signals:
    """What this turn says about the conversation besides slot values. Counters include this turn."""

    opted_out: bool = False
    suspected_bot: bool = False
    sensitive: bool = False
    angry: bool = False
    asked_human: bool = False
    outside: str | None = None
    out_of_scope: int = 0
    failures: int = 0
    handed_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """Where the conversation stands, decided by code. `reason` names why a person takes over."""

    stage: str
    handoff: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class State:
    """The whole memory of a brain between turns.

    `recent_inbound` holds the latest bursts, normalised, to recognise an autoresponder;
    `handed_over` the reasons for which a person already took this conversation once.
    """

    language: str | None = None
    language_locked: bool = False
    language_vote: str | None = None
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    pending: str | None = None
    failures: int = 0
    out_of_scope: int = 0
    injections: int = 0
    annoyances: int = 0
    greeted: bool = False
    recent_agent_texts: tuple[str, ...] = ()
    recent_inbound: tuple[str, ...] = ()
    opted_out: bool = False
    outside: str | None = None
    closed_with: str | None = None
    handed_over: tuple[str, ...] = ()
    turns: int = 0

    def to_json(self) -> dict[str, Any]:
        return jsonable(asdict(self))

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> State:
        # A memory written by another version of this code may lack names or have more of them
        known = {name: value for name, value in (raw or {}).items() if name in cls.__dataclass_fields__}
        slots = {key: SlotValue(**value) for key, value in (known.pop("slots", None) or {}).items()}
        for name in ("recent_agent_texts", "recent_inbound", "handed_over"):
            known[name] = tuple(known.get(name) or ())
        return cls(slots=slots, **known)

    def with_values(self, updates: list[SlotUpdate]) -> State:
        slots = dict(self.slots)
        for update in updates:
            if update.op == "clear":
                slots.pop(update.slot, None)
            else:
                slots[update.slot] = SlotValue(update.value, update.quote, update.raw, update.seq)
        return replace(self, slots=slots)


@dataclass(frozen=True)
class Said:
    """An earlier line of the conversation. `author` is client, agent or consultant."""

    author: str
    text: str


@dataclass(frozen=True)
class TurnInput:
    """`history` holds what was said before the burst, oldest first, since the agent last took over."""

    playbook: Playbook
    state: State
    burst: list[Inbound]
    context: Context
    history: tuple[Said, ...] = ()


@dataclass(frozen=True)
class BrainReply:
    """`proposal` is only a proposal: `agent.stages.decide` has the last word over the accepted slots.

    `trace` says how a model was asked: see `agent.brains.llm` for its keys. Empty where none was.
    """

    language: str
    intent: str
    sentiment: str
    state: State
    updates: list[SlotUpdate] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    kb_ids: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    proposal: str = "qualifying"
    handoff: bool = False
    handoff_reason: str | None = None
    summary: str = ""
    next_slot: str | None = None
    source: str = "scripted"
    signals: Signals = field(default_factory=Signals)
    trace: Mapping[str, Any] = field(default_factory=dict)


class Brain(Protocol):
    def respond(self, turn: TurnInput) -> BrainReply: ...
