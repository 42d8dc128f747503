"""Wake a worker without waiting for the broker, and without saying the same thing twice.

A webhook that publishes a task costs half its throughput, so only the first caller of a short
window publishes; the task it wakes takes everything that is pending. Where Redis is down or
hangs, nothing is lost: a sweep finds the rows.
"""

import logging
import time
from typing import Any

import redis
from celery import Task
from django.conf import settings
from kombu.exceptions import OperationalError

from leads import brief_redis

logger = logging.getLogger(__name__)

# A process that has just asked for a task that looks twice does not ask again; the second look comes later.
ASK_AGAIN_SECONDS = 0.05
SECOND_LOOK_SECONDS = 0.1
_asked_at: dict[str, float] = {}


def wake(task: Task, *args: Any, countdown: float = 0) -> None:
    """Publish `task` unless the same call was published within the window and has not begun yet.

    `countdown` is for seconds only; work due later has a column that says when.
    """
    brief_redis.ask(lambda client: _publish_once(client, task, args, countdown), task.name)


def _publish_once(client: redis.Redis, task: Task, args: tuple[Any, ...], countdown: float) -> None:
    # With an end: a task that is lost on its way must not keep the next one from being sent
    if client.set(_key(task, args), 1, nx=True, px=settings.WAKE_UP_WINDOW_MS):
        task.apply_async(args=args, countdown=countdown or None, retry=False)


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
    brief_redis.ask(lambda client: client.delete(_key(task, args)), task.name)


def _key(task: Task, args: tuple[Any, ...]) -> str:
    return f"{settings.REDIS_PREFIX}wake:{task.name}:{':'.join(map(str, args))}"
