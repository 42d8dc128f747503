"""Where a model answers, and what that place has shown it can and cannot do."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings

from agent.breaker import Breaker
from agent.shared_memory import SharedMemory, memory

# From the one that binds the model most to the one that every server understands
MODES = ("json_schema", "json_object", "prompt")
OPTIONAL = ("temperature", "store")
# OpenAI has deprecated `max_tokens` and its reasoning models refuse it; most other servers know no other
TOKEN_LIMITS = ("max_completion_tokens", "max_tokens")
ABOUT_FORMAT = (
    "response_format",
    "json_schema",
    "json_object",
    "schema",
    "structured",
    "grammar",
    "unsupported",
)
# A day: a server that was updated meanwhile is asked for everything again
REMEMBERED_SECONDS = 86_400


@dataclass(frozen=True)
class Abilities:
    """What to send. An endpoint that complains of a parameter is asked without it from then on.

    `thinks`: the model spends tokens on thoughts before it answers, and needs room for them.
    """

    mode: str = MODES[0]
    token_limit: str = TOKEN_LIMITS[0]
    without: tuple[str, ...] = ()
    thinks: bool = False

    def lowered(self, complaint: str) -> Abilities | None:
        """What to try after a refusal in the endpoint's words; None when nothing less can be asked."""
        complaint = complaint.lower()
        # First: "Unsupported parameter: 'max_tokens'" would else count as a complaint of the format
        if self.token_limit in complaint:
            other = TOKEN_LIMITS[1 - TOKEN_LIMITS.index(self.token_limit)]
            return replace(self, token_limit=other)
        for name in OPTIONAL:
            if name in complaint and name not in self.without:
                return replace(self, without=(*self.without, name))
        if self.mode != MODES[-1] and any(word in complaint for word in ABOUT_FORMAT):
            return replace(self, mode=MODES[MODES.index(self.mode) + 1])
        return None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any] | None) -> Abilities:
        return cls(**raw | {"without": tuple(raw["without"])}) if raw else cls()


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible address, a key and a model."""

    base_url: str
    api_key: str
    model: str
    memory: SharedMemory = memory

    @classmethod
    def from_settings(cls) -> Endpoint:
        return cls(settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.OPENAI_MODEL)

    @property
    def is_configured(self) -> bool:
        # A local server needs no key, OpenAI's own address needs no URL
        return bool(self.base_url or self.api_key)

    @property
    def name(self) -> str:
        """Tells endpoints apart without giving the key away: a new key gets a new breaker."""
        parts = "\n".join((self.base_url, self.api_key, self.model))
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    @property
    def breaker(self) -> Breaker:
        return Breaker(self.name, self.memory)

    @property
    def abilities(self) -> Abilities:
        return Abilities.from_json(self.memory.get(f"abilities:{self.name}"))

    def remember(self, abilities: Abilities) -> None:
        self.memory.set(f"abilities:{self.name}", abilities.to_json(), REMEMBERED_SECONDS)
