"""How many webhooks came with a bad signature, per day. In Redis: a forged request writes no row."""

import redis
from django.conf import settings
from django.utils import timezone

from whatsapp.redis_connection import connection

KEPT_SECONDS = 60 * 60 * 24 * 30


def count(webhook: str) -> None:
    """Best effort."""
    key = f"{settings.REDIS_PREFIX}refused:{timezone.now():%Y-%m-%d}"
    try:
        with connection().pipeline(transaction=False) as pipeline:
            pipeline.hincrby(key, webhook, 1).expire(key, KEPT_SECONDS).execute()
    except redis.RedisError:
        return


def today() -> dict[str, int]:
    """{webhook: count} of today."""
    counts = connection().hgetall(f"{settings.REDIS_PREFIX}refused:{timezone.now():%Y-%m-%d}")
    return {name: int(number) for name, number in counts.items()}
