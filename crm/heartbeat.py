"""Workers say that they live: a key in Redis, renewed with each of Celery's own heartbeats."""

import logging
import time
from typing import Any

import redis
from celery.signals import heartbeat_sent, worker_ready
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

FRESH_SECONDS = 15  # Celery beats every two seconds; this forgives a busy machine

connection = redis.Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=0.5,
    socket_connect_timeout=0.5,
    retry=Retry(NoBackoff(), 1),  # for a connection that Redis closed; the library's own retries take 4 s
)


@worker_ready.connect
@heartbeat_sent.connect
def record_heartbeat(**_: Any) -> None:
    """Never stops a worker that has lost Redis: it beats again when Redis is back."""
    try:
        # The time as a value and not as the key's life: /readyz tells how long ago it was
        connection.set(_key(), time.time(), ex=3600)
    except redis.RedisError as error:
        logger.warning("heartbeat not recorded", extra={"error": type(error).__name__})


def seconds_since_heartbeat() -> float | None:
    """How long ago any worker was seen; None: not within the last hour. Raises `redis.RedisError`."""
    seen = connection.get(_key())
    return max(0.0, time.time() - float(seen)) if isinstance(seen, bytes) else None


def _key() -> str:
    return f"{settings.REDIS_PREFIX}worker-seen"
