"""The only `transaction.on_commit` of the project: after the commit, never able to undo it.

A broker or a listener that fails here loses a wake-up, not work: each piece of work is a row
that a sweep finds again.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction
from django.dispatch import Signal

from leads.wakeups import wake


def after_commit(function: Callable[..., object], *args: Any) -> None:
    """Call `function` once what was written is durable; at once where no transaction is open."""
    # Robust: what fails here is logged, and whatever waits behind it for the commit is called all the same
    transaction.on_commit(partial(function, *args), robust=True)


def announce(signal: Signal, **facts: Any) -> None:
    """Send `signal` with plain facts to whoever listens above, once the transaction is durable."""
    transaction.on_commit(partial(signal.send_robust, sender=None, **facts), robust=True)


def enqueue(task: Task, *args: Any, countdown: float = 0) -> None:
    """Run `task` soon after the commit. Many calls in a short while become one (see `wakeups`)."""
    transaction.on_commit(partial(wake, task, *args, countdown=countdown), robust=True)
