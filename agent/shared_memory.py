"""Small facts that all processes share through Redis: breaker states, what an endpoint can do, budgets.

None of them is the only copy of anything. While Redis cannot be reached each process remembers alone,
and asks it again after `PAUSE_SECONDS`: a hung Redis may not eat the time a client waits.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import redis
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache

logger = logging.getLogger(__name__)

# Each ask of a hung Redis costs its socket timeout; once in ten seconds is bearable
PAUSE_SECONDS = 10
Result = TypeVar("Result")


class Counter(NamedTuple):
    """What is added to a counter, and what it begins at where there is none."""

    by: int = 1
    begins_at: Callable[[], int] = int


class SharedMemory:
    """Django's cache operations that cannot fail."""

    def __init__(self, shared: BaseCache = cache, name: str = "shared-memory") -> None:
        self.shared = shared
        self.own = LocMemCache(name, {})
        self.asks_again_at = 0.0

    def get(self, key: str, default: Any = None) -> Any:
        return self._try(lambda store: store.get(key, default))

    def set(self, key: str, value: Any, seconds: float) -> None:
        self._try(lambda store: store.set(key, value, seconds))

    def add(self, key: str, value: Any, seconds: float) -> bool:
        """Set unless it is there; True for the one caller who set it."""
        return self._try(lambda store: store.add(key, value, seconds))

    def count(self, key: str, seconds: float) -> int:
        """Add one to a counter, forgotten `seconds` after its beginning at zero."""
        return self._try(lambda store: _count(store, key, Counter(), seconds))

    def count_all(self, counters: Mapping[str, Counter], seconds: float) -> list[int]:
        """Add to several at once; what each is then."""
        return self._try(lambda store: _count_all(store, counters, seconds))

    def forget(self, *keys: str) -> None:
        self._try(lambda store: store.delete_many(keys))

    def _try(self, ask: Callable[[BaseCache], Result]) -> Result:
        # Monotonic: a wall clock that is set back would keep us from Redis for as long
        if time.monotonic() >= self.asks_again_at:
            try:
                return ask(self.shared)
            except (redis.RedisError, OSError) as error:
                self.asks_again_at = time.monotonic() + PAUSE_SECONDS
                logger.warning("shared memory is away", extra={"error": type(error).__name__})
        return ask(self.own)


def _count_all(store: BaseCache, counters: Mapping[str, Counter], seconds: float) -> list[int]:
    amounts = {key: counter.by for key, counter in counters.items()}
    # One round trip where the store can do that; those that are not begun yet are begun one by one
    counted = store.incr_many(amounts) if hasattr(store, "incr_many") else [None] * len(amounts)
    begin = _begin if hasattr(store, "begin") else _count
    return [
        begin(store, key, counters[key], seconds) if known is None else known
        for key, known in zip(counters, counted, strict=True)
    ]


def _begin(store: Any, key: str, counter: Counter, seconds: float) -> int:
    return int(store.begin(key, counter.begins_at(), counter.by, seconds))


def _count(store: BaseCache, key: str, counter: Counter, seconds: float) -> int:
    try:
        return store.incr(key, counter.by)
    except ValueError:  # not begun yet, or forgotten since
        # `add`, not `set`: of two processes that begin the counter the second must not wipe the first's call
        store.add(key, counter.begins_at(), seconds)
    try:
        return store.incr(key, counter.by)
    except ValueError:  # it expired between the two calls
        store.set(key, counter.by, seconds)
        return counter.by


memory = SharedMemory()
