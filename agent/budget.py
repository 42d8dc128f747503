"""What the model may cost. Reserved before a call and settled after, so that workers cannot overspend together.

`AgentTurn` rows are the truth; the counters in shared memory begin from them each day. A cap that is
reached silences the model, not the agent: the scripted brain goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from agent.models import Playbook
from agent.shared_memory import Counter, SharedMemory, memory
from leads import clock, one_trip
from leads.models import Notice
from leads.services.notices import notify_managers

# One call with its longest prompt and answer, and its repair.
TURN_TOKENS = (12_000, 1_400)
# Early enough for a manager to raise the cap before the model falls silent
ALARM_AT = 0.8
# Beyond midnight, for a turn that begins before it is settled after it
KEPT_SECONDS = 2 * 86_400
_USED = """
SELECT coalesce(sum(input_tokens), 0)::bigint, coalesce(sum(output_tokens), 0)::bigint FROM agent_agentturn
WHERE started_at >= %s"""
_OF_PLAYBOOK = "playbook_version_id IN (SELECT id FROM agent_playbookversion WHERE playbook_id = %s)"
# Counters are whole numbers: Redis adds to those in one step (INCRBY), and a turn costs parts of a cent
MICRO = 1_000_000


@dataclass(frozen=True)
class Reservation:
    """What was set aside: tokens of the conversation, millionths of the money of the day."""

    tokens: int
    money: int


@dataclass(frozen=True, eq=False)
class Purse:
    """One counter of today. `cap` 0: as much as is asked for. `pays_for`: the condition that its turns fulfil."""

    key: str
    cap: int
    pays_for: str = ""
    whose: Any = None
    holds_money: bool = True
    playbook: Playbook | None = None

    def amount(self, reserved: Reservation) -> int:
        return reserved.money if self.holds_money else reserved.tokens

    def used_by_rows(self) -> int:
        """What the traces of today say was used: the beginning of the counter."""
        condition, values = (f" AND {self.pays_for}", [self.whose]) if self.pays_for else ("", [])
        asked, answered = one_trip.read_row(_USED + condition, [_midnight(), *values]) or (0, 0)
        return cost_of(asked, answered) if self.holds_money else asked + answered


@dataclass(frozen=True)
class Budget:
    """The caps of one conversation's day, of its playbook's and of everybody's.

    Without a conversation or a playbook, only the others count.
    """

    conversation_id: UUID | str | None = None
    playbook: Playbook | None = None
    memory: SharedMemory = memory

    def reserve(self) -> Reservation | None:
        """Set a turn's cost aside; None when a cap would be passed."""
        wanted = Reservation(sum(TURN_TOKENS), cost_of(*TURN_TOKENS))
        purses = self._purses()
        # Added first and looked at after: of two workers that look first, both would find room for one
        used = self._add({purse: purse.amount(wanted) for purse in purses})
        if all(amount <= purse.cap or not purse.cap for purse, amount in zip(purses, used, strict=True)):
            return wanted
        # From all of them, or a conversation at its own cap would use up everybody's money all the same
        self._add({purse: -purse.amount(wanted) for purse in purses})
        return None

    def settle(self, reserved: Reservation, input_tokens: int, output_tokens: int) -> None:
        """Replace what was set aside by what it cost."""
        cost = Reservation(input_tokens + output_tokens, cost_of(input_tokens, output_tokens))
        purses = self._purses()
        used = self._add({purse: purse.amount(cost) - purse.amount(reserved) for purse in purses})
        for purse, spent in zip(purses, used, strict=True):
            if purse.holds_money and purse.cap and spent >= ALARM_AT * purse.cap:
                self._alarm(purse)

    def spent_today(self) -> float:
        """What was spent or is set aside today, in the currency of the prices: this playbook's, or everybody's."""
        return self._add({self._purses()[1 if self.playbook else 0]: 0})[0] / MICRO

    def _purses(self) -> list[Purse]:
        today = f"budget:{_midnight():%Y-%m-%d}"
        purses = [Purse(today, _micro(settings.AGENT_MONEY_PER_DAY))]
        own_tokens = settings.AGENT_TOKENS_PER_CONVERSATION
        if self.playbook is not None:
            # Of all versions: publishing again must not begin a new day's money
            own, cap = self.playbook.pk, _micro(self.playbook.money_per_day)
            purses.append(Purse(f"{today}:playbook-{own}", cap, _OF_PLAYBOOK, own, playbook=self.playbook))
            own_tokens = self.playbook.tokens_per_conversation or own_tokens
        if self.conversation_id:
            whose = UUID(str(self.conversation_id))
            purses.append(
                Purse(f"{today}:{whose}", own_tokens, "conversation_id = %s", whose, holds_money=False)
            )
        return purses

    def _add(self, amounts: Mapping[Purse, int]) -> list[int]:
        """To all of them in one go; what each holds then."""
        # Begun from the rows, so that a Redis that was emptied at noon does not allow a second day's money
        counters = {purse.key: Counter(amount, purse.used_by_rows) for purse, amount in amounts.items()}
        return self.memory.count_all(counters, KEPT_SECONDS)

    def _alarm(self, purse: Purse) -> None:
        """Once a day to every manager; the notices' key holds where the shared memory forgot."""
        if not self.memory.get(f"{purse.key}:told"):
            facts = {"what": "budget", "cap": purse.cap / MICRO, "playbook": str(purse.playbook or "")}
            notify_managers(kind=Notice.Kind.ALERT, key=purse.key, facts=facts)
            self.memory.set(f"{purse.key}:told", 1, KEPT_SECONDS)


class Unmetered(Budget):
    """Calls that are not the company's daily business: evaluations count for themselves."""

    def reserve(self) -> Reservation:
        return Reservation(0, 0)

    def settle(self, reserved: Reservation, input_tokens: int, output_tokens: int) -> None:
        """Nothing was set aside."""


def cost_of(input_tokens: int, output_tokens: int) -> int:
    """In millionths: prices are per million tokens."""
    return round(input_tokens * settings.OPENAI_INPUT_PRICE + output_tokens * settings.OPENAI_OUTPUT_PRICE)


def _micro(money: float | Decimal | None) -> int:
    return round((money or 0) * MICRO)


def _midnight() -> datetime:
    return timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
