"""Redis on the way of a request: asked once and briefly, and left alone for a while when it does not answer.

For what may go unsaid: a count, a wake-up. Whatever a request asks, it waits for a hanging Redis once at most;
while Redis is away, one thread of a process tries it now and then, and no other waits.
"""

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import redis
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 0.7
PAUSE_SECONDS = 2
Answer = TypeVar("Answer")

_connection = redis.Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=DEADLINE_SECONDS,
    socket_connect_timeout=DEADLINE_SECONDS,
    # For a connection that Redis closed, or that was never made; who is silent is not asked twice
    retry=Retry(NoBackoff(), 1, (redis.ConnectionError,)),
)
_trying = Lock()
_is_away = False
_try_again_at = 0.0


def ask(question: Callable[[redis.Redis], Answer], what: str) -> Answer | None:
    """The answer to `question`, which may publish a task too; None where there is none, which is logged as `what`."""
    global _is_away, _try_again_at
    if not _may_ask():
        return None
    try:
        answer = question(_connection)
    except (redis.RedisError, OperationalError, OSError) as error:
        # The time first: whoever finds it away must find the pause begun
        _try_again_at, _is_away = time.monotonic() + PAUSE_SECONDS, True
        logger.warning("redis does not answer", extra={"asked": what, "error": type(error).__name__})
        return None
    _is_away = False
    return answer


def _may_ask() -> bool:
    """Everybody while Redis answers; else whoever comes first after a pause."""
    global _try_again_at
    if not _is_away:
        return True
    with _trying:
        if time.monotonic() < _try_again_at:
            return False
        _try_again_at = time.monotonic() + PAUSE_SECONDS
        return True
