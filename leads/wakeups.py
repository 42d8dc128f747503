"""Wake a worker without waiting for the broker, and without saying the same thing twice.

A webhook that publishes a task costs half its throughput, so only the first caller of a short
window publishes; the task it wakes takes everything that is pending. A Redis that is down or
hung costs at most its connect timeout, and nothing is lost: a sweep finds the rows.
"""

import logging
import time
from typing import Any

import redis
from celery import Task
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

# A Redis that hangs costs its timeout once in a while, not at every request.
PAUSE_SECONDS = 5
_connection = redis.Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=1,
    socket_connect_timeout=1,
    retry=Retry(NoBackoff(), 1),  # for a connection that Redis closed; the library's own retries take 4 s
)


_paused_until = 0.0

# A process that has just asked for a task that looks twice does not ask again; the second look comes later.
ASK_AGAIN_SECONDS = 0.05
SECOND_LOOK_SECONDS = 0.1
_asked_at: dict[str, float] = {}


def wake(task: Task, *args: Any, countdown: float = 0) -> None:
    """Publish `task` unless the same call was published within the window and has not begun yet.

    `countdown` is for seconds only; work due later has a column that says when.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        return
    try:
        # With an end: a task that is lost on its way must not keep the next one from being sent
        if _connection.set(_key(task, args), 1, nx=True, px=settings.WAKE_UP_WINDOW_MS):
            task.apply_async(args=args, countdown=countdown or None, retry=False)
    except (redis.RedisError, OperationalError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("wake-up not delivered", extra={"task": task.name, "error": type(error).__name__})


def wake_often(task: Task) -> None:
    """Wake a task that calls `look_twice`: for callers of hundreds a second, at no cost for most of them.

    Whoever is silent here has asked a moment ago, so a look begins after that; a row written since is
    seen by it or by the second look, which begins later than this process asks again.
    """
    now = time.monotonic()
    if now - _asked_at.get(task.name, -ASK_AGAIN_SECONDS) >= ASK_AGAIN_SECONDS:
        _asked_at[task.name] = now
        wake(task)


def look_twice(task: Task, *, is_second: bool) -> None:
    """Say, by a woken task that begins, that it comes again in a moment."""
    if is_second:
        return
    try:
        task.apply_async(kwargs={"is_second": True}, countdown=SECOND_LOOK_SECONDS, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("no second look", extra={"task": task.name, "error": type(error).__name__})


def taken(task: Task, *args: Any) -> None:
    """Say, as the first act of a woken task, that rows written from now on need a new wake-up."""
    try:
        _connection.delete(_key(task, args))
    except redis.RedisError:
        logger.warning("wake-up window not closed", extra={"task": task.name})


def _key(task: Task, args: tuple[Any, ...]) -> str:
    return f"{settings.REDIS_PREFIX}wake:{task.name}:{':'.join(map(str, args))}"
