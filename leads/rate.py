"""How often a source knocked in the current minute, and how many requests were refused.

Counted in Redis. Without Redis nothing is counted and everybody may pass: a lead weighs more than a limit.
"""

import logging
import time

import redis
from django.conf import settings
from django.utils import timezone

logger = logging.getLogger(__name__)
_connection = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)

KEEP_SECONDS = 60 * 60 * 24 * 35
# After a failure nobody asks for a while: a hung Redis must not slow every request down.
PAUSE_SECONDS = 5
_resume_at = 0.0


def is_over(source_id: int, per_minute: int) -> bool:
    """Count one request of this minute; True where it is one too many."""
    key = f"{settings.REDIS_PREFIX}rate:{source_id}:{int(time.time() // 60)}"
    count = _count(key, 120)
    return count is not None and count > per_minute


def count_refusal(slug: str, code: str) -> None:
    """Remember that a request was turned away without a delivery."""
    _count(f"{settings.REDIS_PREFIX}refused:{timezone.now():%Y%m%d}:{slug}:{code}", KEEP_SECONDS)


def refusals_today(slug: str) -> dict[str, int]:
    """{code: how many} of today (UTC)."""
    prefix = f"{settings.REDIS_PREFIX}refused:{timezone.now():%Y%m%d}:{slug}:"
    keys = [f"{prefix}{code}" for code in ("unauthorized", "too_many_requests", "too_large")]
    try:
        counts = _connection.mget(keys)
    except redis.RedisError:
        return {}
    return {key.rpartition(":")[2]: int(count) for key, count in zip(keys, counts, strict=True) if count}


def _count(key: str, keep_seconds: int) -> int | None:
    global _resume_at
    if time.monotonic() < _resume_at:
        return None
    try:
        with _connection.pipeline(transaction=False) as pipe:
            pipe.incr(key)
            pipe.expire(key, keep_seconds)
            return int(pipe.execute()[0])
    except redis.RedisError as error:
        _resume_at = time.monotonic() + PAUSE_SECONDS
        logger.warning("requests are not counted", extra={"error": type(error).__name__})
        return None
