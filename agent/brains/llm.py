"""The brain that asks a language model. It proposes; code checks every part of it and decides.

The scripted brain hears each turn first. What it recognises for certain (opt-out, a wish for a person,
anger, an emergency, orders to us, a machine) it answers alone, before any call, and whatever goes wrong
with the model its reply is said instead: the client never notices.

`BrainReply.trace` holds: `asked` (was there a call), `failure` (kind, empty when all went well),
`prompt_sha256`, `raw` (the model's text), `mode`, `repaired`, `violations`, `input_tokens`, `output_tokens`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

from agent import prompts
from agent.brains.draft import Draft
from agent.brains.protocol import Brain, BrainReply, TurnInput
from agent.brains.shape import answer_shape
from agent.budget import Budget, Reservation
from agent.completion import Completion, complete, correction
from agent.endpoint import Endpoint
from agent.llm import LLMError
from agent.parsers.sensitive import mask_sensitive

# Within the 25 seconds of one typing indicator, with 5 for a voice note before
SECONDS = 18
MAX_TOKENS = 700
RAW_KEPT = 4000

# An order to the agent, above all: a model that never reads it cannot be talked round by it
DECIDED_BY_WORDS = frozenset({"injection", "spam", "job_seeker", "not_interested", "opt_in"})


@dataclass
class Asking:
    """The questions of one turn: what was sent, what came back, what it cost."""

    endpoint: Endpoint
    turn: TurnInput
    messages: list[prompts.Message]
    deadline: float
    input_tokens: int = 0
    output_tokens: int = 0
    raw: str = ""
    mode: str = ""
    repaired: bool = False
    violations: list[str] = field(default_factory=list)

    def ask(self, *, may_repair: bool) -> dict[str, Any]:
        try:
            completion = complete(
                self.messages,
                shape=answer_shape(self.turn.playbook),
                deadline=self.deadline,
                max_tokens=MAX_TOKENS,
                endpoint=self.endpoint,
                may_repair=may_repair,
            )
        except LLMError as error:
            self._keep(error.raw, error.input_tokens, error.output_tokens)
            raise
        return self._answered(completion)

    def correct(self, problems: list[str]) -> dict[str, Any]:
        """The one repair of words that broke a rule."""
        self.violations += problems
        self.messages = [*self.messages, *correction(self.raw, "; ".join(problems))]
        return self.ask(may_repair=False)

    def trace(self, failure: str = "") -> dict[str, Any]:
        return {
            "asked": True,
            "failure": failure,
            "prompt_sha256": prompts.fingerprint(self.messages),
            # Models repeat what they read, a card number too, and the trace is kept
            "raw": mask_sensitive(self.raw)[:RAW_KEPT],
            "mode": self.mode,
            "repaired": self.repaired,
            "violations": self.violations,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
        }

    def _answered(self, completion: Completion) -> dict[str, Any]:
        self._keep(completion.raw, completion.input_tokens, completion.output_tokens)
        self.mode = completion.mode
        self.repaired = self.repaired or completion.repaired
        return completion.parsed

    def _keep(self, raw: str, input_tokens: int, output_tokens: int) -> None:
        self.raw = raw
        self.input_tokens += input_tokens
        self.output_tokens += output_tokens


class LLMBrain:
    """`fallback` hears first and speaks whenever the model may not. A turn takes `seconds` at most."""

    def __init__(
        self,
        fallback: Brain,
        endpoint: Endpoint | None = None,
        budget: Budget | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.fallback = fallback
        self.endpoint = endpoint or Endpoint.from_settings()
        self.budget = budget or Budget()
        self.seconds = seconds

    def respond(self, turn: TurnInput) -> BrainReply:
        # Before the reservation: a turn that needs no model costs nothing and is not refused by a cap
        scripted = self.fallback.respond(turn)
        if is_decided_by_code(turn, scripted):
            return replace(scripted, trace={"asked": False, "failure": ""})
        reserved = self.budget.reserve()
        if reserved is None:
            return replace(scripted, trace={"asked": False, "failure": "budget_exceeded"})
        return self._think(turn, scripted, reserved)

    def _think(self, turn: TurnInput, scripted: BrainReply, reserved: Reservation) -> BrainReply:
        messages = prompts.build(turn, scripted.language, scripted.updates)
        asking = Asking(self.endpoint, turn, messages, time.monotonic() + self.seconds)
        try:
            return self._checked(asking, scripted)
        except LLMError as error:
            return replace(scripted, trace=asking.trace(error.kind))
        # Whatever was raised: what stays reserved would eat the day's cap without having bought anything
        finally:
            self.budget.settle(reserved, asking.input_tokens, asking.output_tokens)

    def _checked(self, asking: Asking, scripted: BrainReply) -> BrainReply:
        """The model's reply once no rule is broken in it, else the scripted one."""
        draft = Draft.of(asking.turn, scripted, asking.ask(may_repair=True))
        problems = draft.problems()
        # One repair in a turn, of form or of words: each is a whole call, and the client waits for it
        if problems and not asking.repaired:
            asking.repaired = True
            draft = Draft.of(asking.turn, scripted, asking.correct(problems))
            problems = draft.problems()
        if problems:
            asking.violations += problems
            return replace(scripted, trace=asking.trace("guards"))
        return replace(draft.reply(), trace=asking.trace())


def is_decided_by_code(turn: TurnInput, scripted: BrainReply) -> bool:
    """What is certain without a model, and what no model should have a say in."""
    signals = scripted.signals
    certain = signals.opted_out or signals.suspected_bot or signals.sensitive or signals.angry
    # A sticker or a voice note that was not heard gives a model nothing to quote
    wordless = not any(message.words for message in turn.burst)
    return bool(
        certain or signals.asked_human or signals.outside or scripted.intent in DECIDED_BY_WORDS or wordless
    )
