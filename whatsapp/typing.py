"""The three dots on the client's phone: a courtesy that may fail, never a reason to be late."""

import logging

from whatsapp.models import Conversation, Line, Message
from whatsapp.send_errors import SendError
from whatsapp.transports import transport_of

logger = logging.getLogger(__name__)


def show_typing(conversation: Conversation) -> None:
    """Show that an answer is being written, for up to 25 seconds. Takes 2 seconds at most; never raises.

    Nothing is shown where the answer has been decided meanwhile.
    """
    if not Conversation.objects.unanswered().filter(pk=conversation.pk).exists():
        return
    inbound = conversation.messages.filter(direction=Message.Direction.IN).exclude(sid=None)
    sid = inbound.order_by("-seq").values_list("sid", flat=True).first()
    if sid is not None:
        show_typing_under(conversation.line, sid)


def show_typing_under(line: Line, sid: str) -> None:
    """The same under the client's message of that id, of which an answer is known to follow. Asks no database."""
    try:
        transport_of(line).show_typing(line, sid)
    except SendError as error:
        logger.info("typing indicator not shown", extra={"why": str(error)})
