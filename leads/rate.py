"""How often a source knocked in the current minute, and how many requests were refused.

Counted in Redis. Without Redis nothing is counted and everybody may pass: a lead weighs more than a limit.
"""

import time
from dataclasses import dataclass
from threading import Lock

import redis
from django.conf import settings
from django.utils import timezone

from leads import brief_redis

KEEP_SECONDS = 60 * 60 * 24 * 35
# A process takes this part of a minute's permits at a time, so that few requests pay for a round trip.
BLOCKS_PER_MINUTE = 100


@dataclass
class _Permits:
    """What a process may still let in of one source's minute. Never more in sum than the source's rate."""

    minute: int
    per_minute: int
    left: int = 0
    is_exhausted: bool = False


_permits: dict[int, _Permits] = {}
_spending = Lock()


def is_over(source_id: int, per_minute: int) -> bool:
    """Spend one permit of this minute; True where none is left.

    Redis is asked without the lock: whoever waits for it holds up nobody that has permits left.
    """
    mine = _permits_of(source_id, int(time.time() // 60), per_minute)
    if _spend(mine):
        return False
    if mine.is_exhausted:
        return True
    return not _spend(mine, _take_block(source_id, mine.minute, per_minute))


def _spend(mine: _Permits, taken: int | None = None) -> bool:
    """One permit, once those that were `taken` are added; none taken means that the minute has no more."""
    with _spending:
        mine.left += taken or 0
        mine.is_exhausted |= taken == 0
        is_let_in = mine.left > 0
        mine.left -= is_let_in
        return is_let_in


def _permits_of(source_id: int, minute: int, per_minute: int) -> _Permits:
    with _spending:
        mine = _permits.get(source_id)
        if mine is None or (mine.minute, mine.per_minute) != (minute, per_minute):
            mine = _permits[source_id] = _Permits(minute, per_minute)
        return mine


def _take_block(source_id: int, minute: int, per_minute: int) -> int:
    """How many permits this process has got. One at a time while Redis does not answer."""
    size = max(1, per_minute // BLOCKS_PER_MINUTE)
    # Kept for two minutes, for the clocks of processes differ by seconds
    taken = _count(f"{settings.REDIS_PREFIX}rate:{source_id}:{minute}", 120, size)
    return 1 if taken is None else min(size, max(0, per_minute - taken + size))


def count_refusal(slug: str, code: str) -> None:
    """Remember that a request was turned away without a delivery."""
    _count(f"{settings.REDIS_PREFIX}refused:{timezone.now():%Y%m%d}:{slug}:{code}", KEEP_SECONDS)


def refusals_today(slug: str) -> dict[str, int]:
    """{code: how many} of today (UTC)."""
    prefix = f"{settings.REDIS_PREFIX}refused:{timezone.now():%Y%m%d}:{slug}:"
    keys = [f"{prefix}{code}" for code in ("unauthorized", "too_many_requests", "too_large")]
    counts = brief_redis.ask(lambda client: client.mget(keys), "refusals") or []
    return {key.rpartition(":")[2]: int(count) for key, count in zip(keys, counts, strict=False) if count}


def _count(key: str, keep_seconds: int, by: int = 1) -> int | None:
    """The count with `by` added, kept for so long; None without Redis."""
    return brief_redis.ask(lambda client: _add(client, key, keep_seconds, by), "count of requests")


def _add(client: redis.Redis, key: str, keep_seconds: int, by: int) -> int:
    # One trip; that another's count comes between the two commands does no harm
    with client.pipeline(transaction=False) as pipe:
        pipe.incrby(key, by)
        pipe.expire(key, keep_seconds)
        return int(pipe.execute()[0])
