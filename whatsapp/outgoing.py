"""A row of the outbox as its transport sends it."""

from whatsapp.models import Message
from whatsapp.transports.base import FilledTemplate, Outgoing


def outgoing_of(message: Message) -> Outgoing:
    """The row alone says what is sent: a template that is changed or gone meanwhile does not matter."""
    template = message.details.get("template") if message.is_template else None
    return Outgoing(
        message_id=message.pk,
        recipient=message.conversation.client_address,
        body=message.body,
        template=template and FilledTemplate(**template),
    )
