"""How many webhooks came with a bad signature. In Redis: a forged request writes no row."""

import time

import redis
from django.conf import settings
from django.utils import timezone

from whatsapp.redis_connection import connection

KEPT_SECONDS = 60 * 60 * 24 * 30
WITHOUT_REDIS_SECONDS = 5
WEBHOOKS = ("inbound", "status")
_ask_again_at = 0.0


def count(webhook: str) -> None:
    """Best effort, and no forger makes a Redis that hangs cost more than a second now and then."""
    global _ask_again_at
    if time.monotonic() < _ask_again_at:
        return
    try:
        with connection().pipeline(transaction=False) as pipeline:
            # Two counts: of today for people, of ever for Prometheus, whose counters never fall
            pipeline.hincrby(_day(), webhook, 1).expire(_day(), KEPT_SECONDS)
            pipeline.hincrby(_ever(), webhook, 1).execute()
    except redis.RedisError:
        _ask_again_at = time.monotonic() + WITHOUT_REDIS_SECONDS


def today() -> dict[str, int]:
    """{webhook: count} of today (UTC). Raises RedisError."""
    return _numbers(_day())


def ever() -> dict[str, int]:
    """{webhook: count} since Redis was last lost, with a zero for those that never were. Raises RedisError."""
    return dict.fromkeys(WEBHOOKS, 0) | _numbers(_ever())


def _numbers(key: str) -> dict[str, int]:
    return {name: int(number) for name, number in connection().hgetall(key).items()}


def _day() -> str:
    return f"{settings.REDIS_PREFIX}refused:{timezone.now():%Y-%m-%d}"


def _ever() -> str:
    return f"{settings.REDIS_PREFIX}refused:ever"
