"""The wire's connection to Redis: what it holds may vanish at any moment, and it may hang."""

from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


@cache
def connection() -> Any:
    """A `redis.Redis`, whose own types mix answers with awaitables and bytes with text.

    One pool per process; a call takes a second at most, a dropped connection is tried once more.
    """
    return redis.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=1,
        socket_connect_timeout=1,
        # The library's own retries would make four seconds of it
        retry=Retry(NoBackoff(), 1),
    )
