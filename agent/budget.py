"""What the model may cost. Reserved before a call and settled after, so that workers cannot overspend together.

`AgentTurn` rows are the truth; the counters in shared memory begin from them each day. A cap that is
reached silences the model, not the agent: the scripted brain goes on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone

from agent.models import AgentTurn
from agent.shared_memory import SharedMemory, memory
from leads import clock

logger = logging.getLogger(__name__)

# One call with its longest prompt and answer, and its repair.
TURN_TOKENS = (12_000, 1_400)
ALARM_AT = 0.8
KEPT_SECONDS = 2 * 86_400
MICRO = 1_000_000


@dataclass(frozen=True)
class Reservation:
    """What was set aside: tokens of the conversation, millionths of the money of the day."""

    tokens: int
    money: int


@dataclass(frozen=True)
class Budget:
    """The caps of one conversation's day and of everybody's day. Without a conversation, the latter alone."""

    conversation_id: UUID | str | None = None
    memory: SharedMemory = memory

    def reserve(self) -> Reservation | None:
        """Set a turn's cost aside; None when a cap would be passed."""
        wanted = Reservation(sum(TURN_TOKENS), cost_of(*TURN_TOKENS))
        if not self._take(self._day(), wanted.money, daily_cap()):
            return None
        if self.conversation_id and not self._take(
            self._own(), wanted.tokens, settings.AGENT_TOKENS_PER_CONVERSATION
        ):
            self._add(self._day(), -wanted.money)
            return None
        return wanted

    def settle(self, reserved: Reservation, input_tokens: int, output_tokens: int) -> None:
        """Replace what was set aside by what it cost."""
        self._add(self._day(), cost_of(input_tokens, output_tokens) - reserved.money)
        if self.conversation_id:
            self._add(self._own(), input_tokens + output_tokens - reserved.tokens)
        self._alarm()

    def spent_today(self) -> float:
        """What was spent or is set aside today, in the currency of the prices."""
        return self._add(self._day(), 0) / MICRO

    def _take(self, key: str, amount: int, cap: int) -> bool:
        if not cap or self._add(key, amount) <= cap:
            return True
        self._add(key, -amount)
        return False

    def _add(self, key: str, amount: int) -> int:
        if self.memory.get(key) is None:
            self.memory.add(key, self._by_rows(key), KEPT_SECONDS)
        return self.memory.count(key, KEPT_SECONDS, amount)

    def _by_rows(self, key: str) -> int:
        """What the traces of today say was used: the beginning of a counter."""
        turns = AgentTurn.objects.filter(started_at__gte=_midnight())
        if self.conversation_id is None or key == self._day():
            return cost_of(*_tokens(turns))
        asked, answered = _tokens(turns.filter(conversation_id=self.conversation_id))
        return asked + answered

    def _alarm(self) -> None:
        cap, key = daily_cap(), self._day()
        is_near = cap and self._add(key, 0) >= ALARM_AT * cap
        if is_near and self.memory.add(f"{key}:told", 1, KEPT_SECONDS):
            logger.warning(
                "the model has used most of today's money", extra={"cap": settings.AGENT_MONEY_PER_DAY}
            )

    def _day(self) -> str:
        return f"budget:{_midnight():%Y-%m-%d}"

    def _own(self) -> str:
        return f"{self._day()}:{self.conversation_id}"


def cost_of(input_tokens: int, output_tokens: int) -> int:
    """In millionths: prices are per million tokens."""
    return round(input_tokens * settings.OPENAI_INPUT_PRICE + output_tokens * settings.OPENAI_OUTPUT_PRICE)


def daily_cap() -> int:
    return round(settings.AGENT_MONEY_PER_DAY * MICRO)


def _tokens(turns: QuerySet[AgentTurn]) -> tuple[int, int]:
    used = turns.aggregate(asked=Sum("input_tokens"), answered=Sum("output_tokens"))
    return used["asked"] or 0, used["answered"] or 0


def _midnight() -> datetime:
    return timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
