"""Our own people's numbers: who writes from one opens the window for notices and is no client."""

from leads import one_trip
from leads.identity import parse_phone, phone_key
from whatsapp.models import Conversation

# "+55 11 98765-4321" and "11987654321" end alike however they are typed; the few found are compared in full
LAST_DIGITS = 4
_NUMBERS = """
SELECT consultant.phone FROM leads_consultant AS consultant JOIN leads_user AS person ON person.id = consultant.user_id
WHERE person.is_active AND right(consultant.phone, %s) = %s"""


def is_with_colleague(conversation: Conversation) -> bool:
    """Whether the other end is the number on which a consultant is told of leads, and no lead's."""
    if conversation.lead_id is not None:
        return False
    ending = conversation.client_key[-LAST_DIGITS:]
    country = conversation.line.default_country
    written = one_trip.read_rows(_NUMBERS, [len(ending), ending])
    numbers = (parse_phone(phone, country) for (phone,) in written)
    return any(number and phone_key(number) == conversation.client_key for number in numbers)
