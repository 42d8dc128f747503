"""Our own people's numbers: who writes from one opens the window for notices and is no client."""

from leads.identity import parse_phone, phone_key
from leads.models import Consultant
from whatsapp.models import Conversation

LAST_DIGITS = 4


def is_with_colleague(conversation: Conversation) -> bool:
    """Whether the other end is the number on which a consultant is told of leads, and no lead's."""
    if conversation.lead_id is not None:
        return False
    ending = conversation.client_key[-LAST_DIGITS:]
    written = Consultant.objects.filter(phone__endswith=ending, user__is_active=True)
    country = conversation.line.default_country
    numbers = (parse_phone(phone, country) for phone in written.values_list("phone", flat=True))
    return any(number and phone_key(number) == conversation.client_key for number in numbers)
