"""Rows of the outbox: what was decided to be said, in order, committed with the decision."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from leads import clock, prepared
from leads.models import User
from leads.on_commit import after_commit, announce
from whatsapp.models import Conversation, Message
from whatsapp.signals import message_changed
from whatsapp.tasks import deliver_soon

# WhatsApp slows down senders that write to one person faster than they could read.
PAUSE_BETWEEN_PIECES = timedelta(seconds=1)


@dataclass(frozen=True)
class Piece:
    """One message to be: words, a file with or without words, or a template (its values in `details`)."""

    body: str
    kind: str = "text"
    media: Sequence[dict[str, Any]] = ()
    details: dict[str, Any] = field(default_factory=dict)
    is_last_word: bool = False

    @classmethod
    def of(cls, message: Message) -> Self:
        """The same once more."""
        return cls(message.body, message.kind, message.media, message.details)

    @property
    def is_template(self) -> bool:
        return self.kind == Message.TEMPLATE


def queue(
    conversation: Conversation,
    pieces: Sequence[Piece],
    author: str,
    user: User | None = None,
    client_id: str | None = None,
    delay_seconds: float = 0.0,
    retry_of: Message | None = None,
) -> list[Message]:
    """Write the rows. The caller holds the conversation's row. Announces `message_changed`."""
    now = clock.now()
    first_at = now + timedelta(seconds=delay_seconds)
    messages = []
    for place, piece in enumerate(pieces):
        # Gapless because the caller holds the conversation: the order of sending is the order of deciding
        message = _row_of(piece, conversation, conversation.last_seq + place + 1)
        message.author, message.user, message.retry_of = author, user, retry_of
        # One index makes each piece unique; "id#2" is found again by its beginning (`outbound.sent_before`)
        message.client_id = client_id and (f"{client_id}#{place + 1}" if place else client_id)
        message.created_at, message.send_after = now, first_at + place * PAUSE_BETWEEN_PIECES
        prepared.insert(message)
        messages.append(message)
    conversation.last_seq += len(messages)
    conversation.last_message_at = now
    prepared.update(conversation, ("last_seq", "last_message_at", "updated_at"))
    _announce(messages)
    # One wake-up for all pieces: the task takes whatever is due
    after_commit(deliver_soon, conversation.pk, conversation.line_id)
    return messages


def _row_of(piece: Piece, conversation: Conversation, seq: int) -> Message:
    return Message(
        conversation=conversation,
        seq=seq,
        direction=Message.Direction.OUT,
        kind=piece.kind,
        body=piece.body,
        media=list(piece.media),
        details=piece.details,
        is_last_word=piece.is_last_word,
        status=Message.Status.QUEUED,
    )


def _announce(messages: Sequence[Message]) -> None:
    for message in messages:
        announce(message_changed, conversation_id=str(message.conversation_id), message_id=str(message.pk))
