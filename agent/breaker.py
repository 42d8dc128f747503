"""A circuit breaker per endpoint, shared by all processes: an endpoint that is down is left in peace.

Closed: calls pass. Open: calls are refused until a moment. Half open, after that moment: one probe
passes at a time; its success closes the breaker, its failure opens it anew.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

from agent.shared_memory import SharedMemory, memory

logger = logging.getLogger(__name__)

FAILURES = 5
# Five failures in two minutes are no accident of one answer, and few enough that few clients wait in vain
WINDOW_SECONDS = 120
OPEN_SECONDS = 60
# No money or no valid key: somebody has to act first, so there is no hurry to ask again.
TRIPPED_SECONDS = 600
# Longer than a turn with the model takes: a probe whose worker died is let go again after it
PROBE_SECONDS = 20
REMEMBERED_SECONDS = 86_400


@dataclass(frozen=True)
class Breaker:
    """`name` tells endpoints apart; it holds no secret."""

    name: str
    memory: SharedMemory = memory

    def allows_call(self) -> bool:
        state = self._state()
        if state is None:
            return True
        if time.time() < state["until"]:
            return False
        # `add` is won by one caller of all processes; the others go on with the scripted brain
        return self.memory.add(self._key("probe"), 1, PROBE_SECONDS)

    def succeeded(self) -> None:
        # Nothing is written for a call that went well as always: this runs on every answer
        if self._state() is not None:
            self.memory.forget(self._key("state"), self._key("probe"), self._key("failures"))
            logger.info("model endpoint is back", extra={"endpoint": self.name})

    def failed(self, kind: str) -> None:
        """One failure of the endpoint itself. Enough of them in a while, or a failed probe, open it."""
        failures = self.memory.count(self._key("failures"), WINDOW_SECONDS)
        # A state that is there means that this was the probe: no need for five more clients to find out
        if failures >= FAILURES or self._state() is not None:
            self._open(kind, OPEN_SECONDS)

    def trip(self, kind: str) -> None:
        """Open at once and for long: quota used up, or the key is refused."""
        self._open(kind, TRIPPED_SECONDS)

    def status(self) -> dict[str, Any]:
        """{state: closed|open|half_open, reason, until}; `until` is a Unix time."""
        state = self._state()
        if state is None:
            return {"state": "closed", "reason": "", "until": None}
        return state | {"state": "open" if time.time() < state["until"] else "half_open"}

    def _open(self, kind: str, seconds: float) -> None:
        state = {"reason": kind, "until": time.time() + seconds}
        # Kept beyond `until`: half open is a state too, and forgetting it would let all calls pass at once
        self.memory.set(self._key("state"), state, REMEMBERED_SECONDS)
        self.memory.forget(self._key("failures"), self._key("probe"))
        # One line in the log for all processes that find the same
        if self.memory.add(self._key(f"told-{kind}"), 1, seconds):
            logger.warning(
                "model endpoint is refused calls",
                extra={"endpoint": self.name, "reason": kind, "seconds": seconds},
            )

    def _state(self) -> dict[str, Any] | None:
        return self.memory.get(self._key("state"))

    def _key(self, what: str) -> str:
        return f"breaker:{self.name}:{what}"
