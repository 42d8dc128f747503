"""Wake-ups of the outbox, of files to fetch and of templates to read.

The rows are the queue: tasks only make it happen sooner.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from celery import shared_task

from leads.wakeups import taken, wake
from whatsapp import delivery, media, template_sync

LATER = "later"
LONGEST_COUNTDOWN_SECONDS = 30  # beyond it the sweep comes by anyway
# What this thread sends itself once its work is done: `owed`; None where another is woken for it
_this_thread = threading.local()


@shared_task(name="whatsapp.deliver_messages")
def deliver_messages(when: str = "now") -> None:
    """Send what is due; come back for what will be due in a moment."""
    taken(deliver_messages, *([when] if when == LATER else []))
    _come_back(delivery.deliver_due())


def deliver_soon(conversation_id: UUID, line_id: int) -> None:
    """A message was queued and committed."""
    owed: dict[UUID, int] | None = getattr(_this_thread, "owed", None)
    if owed is None:
        wake(deliver_messages)
    else:
        owed[conversation_id] = line_id


@contextmanager
def delivering_here() -> Iterator[None]:
    """What is queued in the block is sent by this thread when it ends: to wake another costs more than to send."""
    owed: dict[UUID, int] = {}
    _this_thread.owed = owed
    try:
        yield
    finally:
        _this_thread.owed = None
        if owed:
            _come_back(delivery.deliver_first_of(owed))


def _come_back(seconds: float | None) -> None:
    if seconds is not None and seconds < LONGEST_COUNTDOWN_SECONDS:
        wake(deliver_messages, LATER, countdown=seconds)


@shared_task(name="whatsapp.fetch_media")
def fetch_media() -> None:
    """Fetch what clients sent besides words."""
    taken(fetch_media)
    media.fetch_due()


@shared_task(name="whatsapp.sync_templates")
def sync_templates() -> int:
    """Read the templates of every account: by beat, and when somebody asks for one that is not known."""
    taken(sync_templates)
    return template_sync.sync_templates().count
