"""A row of the outbox as its transport sends it."""

from whatsapp.attachments import public_url
from whatsapp.models import Message
from whatsapp.transports.base import FilledTemplate, Outgoing, OutgoingFile


def outgoing_of(message: Message) -> Outgoing:
    """The row alone says what is sent: a template that is changed or gone meanwhile does not matter."""
    template = message.details.get("template") if message.is_template else None
    return Outgoing(
        message_id=message.pk,
        recipient=message.conversation.client_address,
        body=message.body,
        file=_file_of(message) if message.media else None,
        template=template and FilledTemplate(**template),
    )


def _file_of(message: Message) -> OutgoingFile:
    item = message.media[0]
    return OutgoingFile(
        kind=message.kind,
        url=public_url(message),
        content_type=item["content_type"],
        filename=item["filename"],
    )
