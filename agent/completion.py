"""A structured question to a model: retried once, repaired once, within a deadline."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from agent.endpoint import MODES, Abilities, Endpoint
from agent.llm import Answer, LLMError, UnsupportedError, ask
from agent.model_output import BadOutputError, read_answer

logger = logging.getLogger(__name__)

# Kinds that a second call a moment later may not meet again
PASSING = frozenset({"timeout", "connection", "rate_limited", "server"})
ABOUT_THE_ENDPOINT = PASSING | {"config"}
# Each further call costs the client seconds and can only be refused again
TRIPPING = frozenset({"quota", "auth"})

LONGEST_ATTEMPT_SECONDS = 10
SHORTEST_ATTEMPT_SECONDS = 0.3
# A client waits for it: what asks for more than this is answered by the scripted brain
LONGEST_RETRY_AFTER = 3
RETRY_PAUSE = 0.3
# Less is seldom enough for a whole answer, and a call that is cut off is paid for all the same
WORTH_A_RETRY_SECONDS = 7
# Both optional parameters, the other name of the limit, the two weaker modes, and then the answer
MAX_ADAPTATIONS = 6
STRICT_MODE = MODES[0]
# Reasoning tokens count against `max_completion_tokens` (OpenAI's API reference): with the plain limit
# such a model thinks all of it away and answers nothing
ROOM_FOR_THOUGHTS = 4
# Portuguese and Spanish take more tokens than the four characters that are usual for English
CHARACTERS_PER_TOKEN = 3.5
# `store`: clients' words are not kept at the provider for its evaluations (OpenAI's API reference)
OPTIONAL_PARAMETERS = {"temperature": 0.2, "store": False}

Message = dict[str, str]


@dataclass(frozen=True)
class Completion:
    """`parsed` has the asked shape; tokens are of all calls; `repaired`: the first answer did not fit."""

    parsed: dict[str, Any]
    raw: str
    input_tokens: int
    output_tokens: int
    mode: str
    repaired: bool = False


def complete(
    messages: list[Message],
    *,
    shape: type[BaseModel],
    deadline: float,
    max_tokens: int = 700,
    endpoint: Endpoint | None = None,
    may_repair: bool = True,
) -> Completion:
    """The model's answer as data of `shape`, or LLMError and nothing else. `deadline`: monotonic seconds."""
    question = _Question(
        endpoint or Endpoint.from_settings(), list(messages), shape, deadline, max_tokens, may_repair
    )
    try:
        return question.answered()
    # Also where it failed: a refused or broken answer was paid for and counts against the caps
    except LLMError as error:
        error.input_tokens, error.output_tokens = question.input_tokens, question.output_tokens
        logger.warning("no answer from the model", extra={"kind": error.kind})
        raise


def correction(answer: str, problem: str) -> list[Message]:
    """The lines that show a model its own answer and name what must change."""
    asked = f"Your answer cannot be used: {problem}\nGive the whole answer again, corrected."
    return [
        {"role": "assistant", "content": answer or "(nothing)"},
        {"role": "user", "content": asked},
    ]


@dataclass
class _Question:
    endpoint: Endpoint
    messages: list[Message]
    shape: type[BaseModel]
    deadline: float
    max_tokens: int
    may_repair: bool
    may_retry: bool = True
    repaired: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    abilities: Abilities = field(default_factory=Abilities)

    def answered(self) -> Completion:
        if not self.endpoint.breaker.allows_call():
            raise LLMError("breaker_open")
        self.abilities = self.endpoint.abilities
        answer = self._ask()
        try:
            return self._understood(answer)
        except BadOutputError as problem:
            return self._repaired(answer, problem)

    def _understood(self, answer: Answer) -> Completion:
        # Neither is repaired: a model that declined would only decline again, for the price of another call
        if answer.refusal:
            raise LLMError("refused", answer.refusal, raw=answer.text)
        if answer.finish_reason == "content_filter":
            raise LLMError("filtered", raw=answer.text)
        # Before it is parsed: JSON that was cut off may still hold an object, with half of the updates
        if answer.finish_reason == "length":
            raise BadOutputError("The answer was cut off. Be much shorter.")
        parsed = read_answer(answer.text, self.shape)
        return Completion(
            parsed, answer.text, self.input_tokens, self.output_tokens, self.abilities.mode, self.repaired
        )

    def _repaired(self, answer: Answer, problem: BadOutputError) -> Completion:
        """Ask once more with the problem named; an answer that was cut off gets more room."""
        if not self.may_repair:
            raise LLMError("bad_output", str(problem), raw=answer.text)
        self.repaired = True
        if answer.finish_reason == "length":
            self._make_room(answer)
        elif answer.text.strip() and self.abilities.mode == STRICT_MODE:
            # Whoever breaks a strict schema never looked at it: describe it in words instead.
            self._learn(mode="json_object")
        self.messages += correction(answer.text, str(problem))
        answer = self._ask()
        try:
            return self._understood(answer)
        except BadOutputError as again:
            kind = "too_long" if answer.finish_reason == "length" else "bad_output"
            raise LLMError(kind, str(again), raw=answer.text) from again

    def _make_room(self, answer: Answer) -> None:
        """Cut off in the middle, or, with nothing written, in thoughts that nobody sees."""
        if answer.text.strip() or self.abilities.thinks:
            self.max_tokens = self.max_tokens * 3 // 2
        else:
            self._learn(thinks=True)

    def _learn(self, **what: Any) -> None:
        self.abilities = replace(self.abilities, **what)
        self.endpoint.remember(self.abilities)

    def _ask(self) -> Answer:
        """One answer; a failure that may pass is tried once more if there is time."""
        try:
            return self._ask_adapting()
        except LLMError as error:
            pause = RETRY_PAUSE if error.retry_after is None else error.retry_after
            if not self._is_worth_a_retry(error, pause):
                raise
            # Once in a question, the repair included
            self.may_retry = False
            time.sleep(pause)
            return self._ask_adapting()

    def _is_worth_a_retry(self, error: LLMError, pause: float) -> bool:
        remaining = self.deadline - time.monotonic() - pause
        return (
            self.may_retry
            and error.kind in PASSING
            and pause <= LONGEST_RETRY_AFTER
            and remaining >= WORTH_A_RETRY_SECONDS
        )

    def _ask_adapting(self) -> Answer:
        """One answer; what the endpoint says it cannot do is left out, and remembered when that helped."""
        known = self.abilities
        for _attempt in range(MAX_ADAPTATIONS):
            try:
                # A refused request costs no tokens, so that adapting is free but for its time
                answer = self._attempt()
            except UnsupportedError as refusal:
                lowered = self.abilities.lowered(str(refusal))
                if lowered is None:
                    raise LLMError("config", str(refusal)) from refusal
                self.abilities = lowered
                continue
            # Only what an answer has proved: one odd refusal must not cost the endpoint its format for a day
            if self.abilities != known:
                self.endpoint.remember(self.abilities)
            return answer
        raise LLMError("config", "the endpoint refuses every way of asking")

    def _attempt(self) -> Answer:
        """One request. The breaker hears how it went, the bill is kept."""
        seconds = min(LONGEST_ATTEMPT_SECONDS, self.deadline - time.monotonic())
        if seconds < SHORTEST_ATTEMPT_SECONDS:
            raise LLMError("timeout", "no time left to ask")
        try:
            answer = ask(self.endpoint, self._parameters(), seconds=seconds)
        except LLMError as error:
            self._report(error.kind)
            raise
        # Before the answer is read: bad output is the model's fault, and the endpoint is well
        self.endpoint.breaker.succeeded()
        self._count(answer)
        return answer

    def _report(self, kind: str) -> None:
        if kind in TRIPPING:
            self.endpoint.breaker.trip(kind)
        elif kind in ABOUT_THE_ENDPOINT:
            self.endpoint.breaker.failed(kind)

    def _count(self, answer: Answer) -> None:
        """Without a report of usage, estimate by length."""
        asked = sum(len(message["content"]) for message in self.messages)
        self.input_tokens += _tokens(answer.input_tokens, asked)
        self.output_tokens += _tokens(answer.output_tokens, len(answer.text))

    def _parameters(self) -> dict[str, Any]:
        without = self.abilities.without
        parameters: dict[str, Any] = {"model": self.endpoint.model, "messages": self._worded()}
        parameters |= {name: value for name, value in OPTIONAL_PARAMETERS.items() if name not in without}
        parameters[self.abilities.token_limit] = self.max_tokens * (
            ROOM_FOR_THOUGHTS if self.abilities.thinks else 1
        )
        if self.abilities.mode == STRICT_MODE:
            asked = {"name": self.shape.__name__, "strict": True, "schema": _schema_of(self.shape)}
            parameters["response_format"] = {"type": "json_schema", "json_schema": asked}
        elif self.abilities.mode == "json_object":
            parameters["response_format"] = {"type": "json_object"}
        return parameters

    def _worded(self) -> list[Message]:
        """Where the endpoint cannot be held to the schema, the first message describes it."""
        if self.abilities.mode == STRICT_MODE:
            return self.messages
        schema = json.dumps(_schema_of(self.shape), ensure_ascii=False)
        asked = f"Answer with one JSON object that follows this JSON Schema, and with nothing else:\n{schema}"
        # In the first message, because some models take the system's words only there
        first = self.messages[0] | {"content": f"{self.messages[0]['content']}\n\n{asked}"}
        return [first, *self.messages[1:]]


@lru_cache(maxsize=64)
def _schema_of(shape: type[BaseModel]) -> dict[str, Any]:
    """Composed once for a shape, as shapes are kept; to be read only."""
    return shape.model_json_schema()


def _tokens(reported: int | None, characters: int) -> int:
    return round(characters / CHARACTERS_PER_TOKEN) if reported is None else reported
