"""The one answer a model gives per turn: evidence first, then proposals, then words.

Only what the strictest endpoints accept: every field required, no defaults, no bounds, no open objects.
Lengths and values are checked by us, after the types.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

from agent.brains.playbook import Playbook
from agent.stages import DISQUALIFIED, HANDOFF_REASONS, NEEDS_HUMAN, NURTURE, QUALIFIED, QUALIFYING

INTENTS = (
    "answering", "question", "objection", "ask_human", "complaint", "off_topic", "injection", "spam", "goodbye",
    "not_interested", "opt_out", "emergency", "other",
)  # fmt: skip
# OpenAI's strict mode wants `additionalProperties: false` on every object (docs on structured outputs)
STRICT = ConfigDict(extra="forbid")


def answer_shape(playbook: Playbook) -> type[BaseModel]:
    return _shape_of(tuple(question.key for question in playbook.questions))


@lru_cache(maxsize=64)
def _shape_of(slots: tuple[str, ...]) -> type[BaseModel]:
    update = create_model(
        "SlotProposal",
        __config__=STRICT,
        slot=_one_of(*slots),
        op=_one_of("set", "clear"),
        # Before the value: what a model has written binds what it writes next
        quote=(str, ...),
        value=(str, ...),
    )
    return create_model(
        "AgentAnswer",
        __config__=STRICT,
        language=_one_of("pt-BR", "es", "en", "other"),
        intent=_one_of(*INTENTS),
        evidence=(str, ...),
        sentiment=_one_of("positive", "neutral", "negative", "angry"),
        updates=(list[update], ...),  # type: ignore[valid-type]
        kb_ids=(list[str], ...),
        unanswered=(list[str], ...),
        confidence=_one_of("low", "medium", "high"),
        # Without "opted_out" and "suspected_bot": those silence the agent, and no model decides that
        stage=_one_of(QUALIFYING, QUALIFIED, DISQUALIFIED, NURTURE, NEEDS_HUMAN),
        handoff=(bool, ...),
        handoff_reason=_one_of("none", *HANDOFF_REASONS),
        next_slot=_one_of(*slots, "none"),
        summary=(str, ...),
        messages=(list[str], ...),
    )


def _one_of(*values: str) -> Any:
    """A required field with one of these values."""
    return Literal[values], ...
