"""Celery's view of the agent: a wake-up, one call into a flow. Rows say what is owed."""

from celery import shared_task

from agent import flows, notify, rehearsing, returning, telling, turns
from agent.classify import refine_due_leads
from leads import clock
from leads.wakeups import look_twice, taken, wake
from whatsapp.models import Conversation
from whatsapp.tasks import delivering_here


@shared_task(name="agent.answer_message")
def answer_message(conversation_id: str) -> None:
    """Answer the burst of one conversation, or come back when it is due."""
    taken(answer_message, conversation_id)
    # False also where it is too early: a newer message has moved the due moment on
    with delivering_here():
        is_answered = flows.answer_message(conversation_id)
    if is_answered:
        return
    owed = Conversation.objects.unanswered().filter(pk=conversation_id).first()
    wait = (turns.due_at(owed) - clock.now()).total_seconds() if owed else 0
    if wait > 0:
        # Seconds only: with Redis, Celery hands out a second time what waits beyond the visibility timeout
        wake(answer_message, conversation_id, countdown=wait)


@shared_task(name="agent.resume_conversations")
def resume_conversations() -> int:
    """Sweep: answer what a dead worker or a lost wake-up left unanswered."""
    due = turns.due_conversations()
    for conversation_id in due:
        wake(answer_message, str(conversation_id))
    return len(due)


@shared_task(name="agent.handle_new_lead")
def handle_new_lead(lead_id: str) -> None:
    flows.handle_new_lead(lead_id)


@shared_task(name="agent.tell_consultants")
def tell_consultants(*, is_second: bool = False) -> None:
    """Write down whom to tell by which channel; also the sweep of both queues of notices."""
    taken(tell_consultants)
    look_twice(tell_consultants, is_second=is_second)
    notify.tell_consultants()
    # A task of its own: slow servers of others must not hold up the writing down
    wake(deliver_notifications)


@shared_task(name="agent.deliver_notifications")
def deliver_notifications() -> None:
    """Carry notifications outside; also the sweep of what waited or failed."""
    taken(deliver_notifications)
    telling.deliver_notifications()


@shared_task(name="agent.catch_up_notifications")
def catch_up_notifications() -> None:
    """Sweep: notifications that a dead worker had in hand, and those that went out by WhatsApp."""
    telling.catch_up()


@shared_task(name="agent.refine_leads")
def refine_leads() -> int:
    """Sweep: ask the model about leads that only the rules have looked at."""
    return refine_due_leads(limit=20)


@shared_task(name="agent.rehearse_drafts")
def rehearse_drafts() -> int:
    """Play the rehearsals that are owed; also their sweep."""
    taken(rehearse_drafts)
    return rehearsing.play_due()


@shared_task(name="agent.return_conversations")
def return_conversations() -> int:
    """Sweep: give back to the agent what no person has touched for long."""
    return returning.return_due()
