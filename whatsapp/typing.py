"""The three dots on the client's phone: a courtesy that may fail, never a reason to be late."""

import logging

from whatsapp import client
from whatsapp.accounts import account_of
from whatsapp.models import Conversation, Message

logger = logging.getLogger(__name__)


def show_typing(conversation: Conversation) -> None:
    """Show that an answer is being written, for up to 25 seconds. Takes 2 seconds at most; never raises.

    Nothing is shown where the answer has been decided meanwhile.
    """
    if not Conversation.objects.unanswered().filter(pk=conversation.pk).exists():
        return
    inbound = conversation.messages.filter(direction=Message.Direction.IN).exclude(sid=None)
    sid = inbound.order_by("-seq").values_list("sid", flat=True).first()
    account = account_of(conversation.line)
    if sid is None or account is None:
        return
    try:
        client.show_typing(account, sid)
    except client.SendError as error:
        logger.info("typing indicator not shown", extra={"why": str(error)})
