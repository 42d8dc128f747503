"""One question to a model: the answer, or one kind of error.

It asks once and believes nothing: what the answer says is read by `agent.model_output`, whether to ask
again is decided by `agent.completion`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent.endpoint import Endpoint

NEEDS_SOMEBODY = frozenset({"quota", "auth", "config"})


class LLMError(Exception):
    """No usable answer. `kind` is one of: timeout, connection, rate_limited, server, quota, auth, refused,
    too_long, filtered, bad_output, config, breaker_open.

    `permanent`: asking again is useless before somebody acts. Tokens were paid for all the same.
    """

    def __init__(
        self, kind: str, detail: str = "", *, retry_after: float | None = None, raw: str = ""
    ) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.permanent = kind in NEEDS_SOMEBODY
        self.retry_after = retry_after
        self.raw = raw
        self.input_tokens = self.output_tokens = 0


class UnsupportedError(Exception):
    """The endpoint refused the form of the request; the message holds its own words."""


@dataclass(frozen=True)
class Answer:
    """What came back. Tokens are None where the endpoint does not report them."""

    text: str
    finish_reason: str
    refusal: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


def load() -> None:
    """The library, where it will be asked anything: else the first client waits for it."""
    if Endpoint.from_settings().is_configured:
        from agent import openai_wire  # noqa: F401, PLC0415 - as below


def ask(endpoint: Endpoint, parameters: dict[str, Any], *, seconds: float) -> Answer:
    """One request, over after `seconds` at the latest. LLMError or UnsupportedError, nothing else."""
    # At the first question: the library takes half a second to load, and most processes never ask
    from agent import openai_wire  # noqa: PLC0415

    return openai_wire.ask(endpoint, parameters, seconds=seconds)


def transcribe(endpoint: Endpoint, audio: bytes, filename: str, *, seconds: float) -> str:
    """The words of a recording, over after `seconds` at the latest. LLMError, nothing else."""
    from agent import openai_wire  # noqa: PLC0415 - as above

    return openai_wire.transcribe(endpoint, audio, filename, seconds=seconds)
