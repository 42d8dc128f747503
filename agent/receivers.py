"""What the agent hears from below: enqueue, nothing else."""

from typing import Any

from django.conf import settings
from django.dispatch import receiver

from agent import tasks
from leads.signals import lead_changed, lead_received, notice_owed
from leads.wakeups import wake, wake_often
from whatsapp.models import Line
from whatsapp.signals import message_received


@receiver(message_received)
def answer_soon(conversation_id: str = "", line_kind: str = "", waited: float = 0.0, **facts: Any) -> None:
    if line_kind == Line.Kind.AGENT:
        # What the message already took to reach us counts as waited
        pause = max(0.0, settings.AGENT_DEBOUNCE_SECONDS - waited)
        wake(tasks.answer_message, conversation_id, countdown=pause)


@receiver(lead_received)
def look_at_new_lead(lead_id: str, **facts: Any) -> None:
    wake(tasks.handle_new_lead, lead_id)


@receiver(lead_changed)
def tell_of_assignment(action: str, **facts: Any) -> None:
    """A lead that nobody has may wait in a pool for whoever takes it."""
    if action in ("assigned", "unassigned"):
        # Not one wake-up for each: an import assigns hundreds of leads a second
        wake_often(tasks.tell_consultants)


@receiver(notice_owed)
def tell_of_notice(**facts: Any) -> None:
    wake_often(tasks.tell_consultants)
