"""The one place that says what may be sent now."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads import clock
from whatsapp.models import Conversation

OPTED_OUT = _("This client asked not to receive messages.")
NEVER_OPEN = _("This client has not written yet. Only an approved template can begin a conversation.")
CLOSED = _("The client last wrote more than 24 hours ago. Only an approved template can be sent.")


def is_open(conversation: Conversation, at: datetime | None = None) -> bool:
    closes_at = conversation.window_closes_at
    return closes_at is not None and (at or clock.now()) < closes_at


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
    return NEVER_OPEN if conversation.last_inbound_at is None else CLOSED
