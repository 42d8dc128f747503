"""The three dots on the client's phone: a courtesy that may fail, never a reason to be late."""

import logging

from whatsapp.models import Line
from whatsapp.send_errors import SendError
from whatsapp.transports import transport_of

logger = logging.getLogger(__name__)


def show_typing_under(line: Line, sid: str) -> None:
    """Show that an answer is being written to the client's message of that id, for up to 25 seconds.

    Takes 2 seconds at most; never raises. Asks no database.
    """
    try:
        transport_of(line).show_typing(line, sid)
    except SendError as error:
        logger.info("typing indicator not shown", extra={"why": str(error)})
