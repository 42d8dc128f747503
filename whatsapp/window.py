"""The one place that says what may be sent now."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads import clock
from whatsapp import refusals
from whatsapp.models import Conversation, Message

OPTED_OUT = _("This client asked not to receive messages.")
NEVER_OPEN = _("This client has not written yet. Only an approved template can begin a conversation.")
CLOSED = _("The client last wrote more than 24 hours ago. Only an approved template can be sent.")

CLOSED_EARLY = _("WhatsApp says that the 24-hour window is closed. Only an approved template can be sent.")


def is_open(conversation: Conversation, at: datetime | None = None) -> bool:
    closes_at = conversation.window_closes_at
    return closes_at is not None and (at or clock.now()) < closes_at


def stays_closed(conversation: Conversation, at: datetime) -> bool:
    """Whether WhatsApp's word that the window is closed outlasts what the client wrote at that time, which may
    be heard of late: it was known, or as old, when WhatsApp said so."""
    if not conversation.window_closed_early:
        return False
    if conversation.last_inbound_at is not None and at < conversation.last_inbound_at:
        return True
    refused = conversation.messages.filter(
        direction=Message.Direction.OUT, error_code__in=refusals.CLOSES_WINDOW, created_at__gt=at
    )
    return refused.exists()


def refusal(
    conversation: Conversation,
    at: datetime | None = None,
    *,
    is_template: bool = False,
    is_last_word: bool = False,
) -> Promise | None:
    """Why this may not be sent, in words for people; None: it may. An approved template needs no window,
    and the confirmation of an opt-out is sent in spite of it."""
    if conversation.is_opted_out and not is_last_word:
        return OPTED_OUT
    if is_template or is_open(conversation, at):
        return None
    if conversation.last_inbound_at is None:
        return NEVER_OPEN
    return CLOSED_EARLY if conversation.window_closed_early else CLOSED
