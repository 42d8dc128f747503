"""The timer: a transferred conversation that no person has touched for long goes back to the agent.

Off unless a playbook says after how many hours. `Dialogue.returns_at` is the queue; it is written by the sweep
itself, which looks at what people did before it acts.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from agent.models import Dialogue, Playbook
from leads import clock
from leads.models import LeadEvent, Status
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Line, Message

# After a change of the hours thousands may be due: in parts, so that no sweep holds the next one up
MOST_AT_ONCE = 200


def return_due() -> int:
    """Give back what is due. Answers how many conversations the agent has again."""
    for dialogue in _waiting().filter(returns_at=None)[:MOST_AT_ONCE]:
        # Only while it is None still: another sweep's reckoning is as good as ours
        Dialogue.objects.filter(pk=dialogue.pk, returns_at=None).update(returns_at=_due_at(dialogue))
    due = Dialogue.objects.filter(returns_at__lte=clock.now()).order_by("returns_at")
    return sum(_return(pk) for pk in list(due.values_list("pk", flat=True)[:MOST_AT_ONCE]))


def forget_times(playbook: Playbook) -> None:
    """After a change of the hours: the sweep reckons anew."""
    Dialogue.objects.filter(playbook_version__playbook=playbook).update(returns_at=None)


def _waiting() -> QuerySet[Dialogue]:
    """Open conversations of ours that a person has, with a playbook that wants them back."""
    return (
        Dialogue.objects.filter(
            conversation__status=Conversation.Status.TRANSFERRED,
            conversation__line__kind=Line.Kind.AGENT,
            # Who asked for no more messages does not get the agent back either
            conversation__is_opted_out=False,
            conversation__lead__archived_at=None,
            playbook_version__playbook__return_after_hours__isnull=False,
        )
        .exclude(conversation__lead__status__kind__in=[Status.Kind.WON, Status.Kind.LOST])
        .select_related("conversation", "playbook_version__playbook")
    )


@transaction.atomic
def _return(conversation_id: UUID) -> bool:
    """The row is held while the last look decides: a person who acts meanwhile is seen, or comes after."""
    conversation = whatsapp.lock_conversation(conversation_id)
    # Read after the lock: a person who wrote a moment ago has moved the time on
    dialogue = _waiting().filter(pk=conversation_id).first()
    due_at = _due_at(dialogue) if dialogue else None
    is_due = due_at is not None and due_at <= clock.now()
    Dialogue.objects.filter(pk=conversation_id).update(returns_at=None if is_due else due_at)
    if is_due:
        whatsapp.return_by_timer(conversation)
    return is_due


def _due_at(dialogue: Dialogue) -> datetime:
    hours = dialogue.playbook_version.playbook.return_after_hours or 0
    return _last_touched(dialogue.conversation) + timedelta(hours=hours)


def _last_touched(conversation: Conversation) -> datetime:
    """When a person last wrote to the client, took the conversation over or did something with the lead."""
    written = conversation.messages.filter(author=Message.Author.CONSULTANT).aggregate(last=Max("created_at"))
    acted = LeadEvent.objects.filter(lead=conversation.lead_id, actor_kind=LeadEvent.Actor.USER).aggregate(
        last=Max("created_at")
    )
    moments = [conversation.transferred_at or conversation.created_at, written["last"], acted["last"]]
    return max(moment for moment in moments if moment is not None)
