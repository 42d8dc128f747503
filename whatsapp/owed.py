"""An answer that did not reach the client is owed again."""

from django.db.models import Max

from leads import clock
from leads.on_commit import announce
from whatsapp.models import Conversation, Message
from whatsapp.signals import message_received

# UNKNOWN is not among them: what may have reached the client counts as said
NEVER_SAID = (Message.Status.CANCELLED, Message.Status.FAILED)


def owe_last_words(conversation: Conversation) -> bool:
    """What the client wrote since our last words that may have reached them is unanswered. False: nothing.

    The caller holds the row and saves `answered_seq` and `burst_started_at`. Announces `message_received`.
    """
    ours = conversation.messages.filter(direction=Message.Direction.OUT).exclude(status__in=NEVER_SAID)
    last_of_ours = ours.aggregate(last=Max("seq"))["last"] or 0
    waiting = conversation.messages.filter(direction=Message.Direction.IN, seq__gt=last_of_ours).last()
    if waiting is None:
        return False
    conversation.answered_seq, conversation.burst_started_at = last_of_ours, clock.now()
    announce(
        message_received,
        conversation_id=str(conversation.pk),
        message_id=str(waiting.pk),
        line_kind=conversation.line.kind,
    )
    return True
