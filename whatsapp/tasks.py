"""Wake-ups of the outbox, of files to fetch and of templates to read.

The rows are the queue: tasks only make it happen sooner.
"""

from celery import shared_task

from leads.wakeups import taken, wake
from whatsapp import delivery, media, template_sync

LATER = "later"
LONGEST_COUNTDOWN_SECONDS = 30  # beyond it the sweep comes by anyway


@shared_task(name="whatsapp.deliver_messages")
def deliver_messages(when: str = "now") -> None:
    """Send what is due; come back for what will be due in a moment."""
    taken(deliver_messages, *([when] if when == LATER else []))
    seconds = delivery.deliver_due()
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
