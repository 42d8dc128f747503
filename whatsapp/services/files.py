"""Sending a file with or without words."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from leads.errors import InvalidError
from leads.models import User
from whatsapp import attachments, splitting, window
from whatsapp.file_types import kind_of
from whatsapp.models import Message
from whatsapp.services import outbound
from whatsapp.services.outbox import Piece

# Meta's limit for a caption (its docs on media messages)
LONGEST_CAPTION = 1024


def send_file_as_consultant(
    *,
    conversation_id: UUID | str,
    user: User,
    file: UploadedFile,
    body: str = "",
    client_id: str | None = None,
    origin: str = "",
) -> outbound.Sent:
    """A file that a person chose; who may do it is said by `outbound.writable_by`.

    InvalidError where WhatsApp would not take the file, or not now. Storing it may be a call to another
    system: what can be refused is refused before, and no row is held meanwhile.
    """
    file_type = attachments.check_file(file)
    if known := _sent_before_or_refused(
        conversation_id, user, client_id, pieces_of(attachments.described(file, file_type), body)
    ):
        return outbound.Sent(known, is_new=False)
    # The storage outside, the transaction inside: where the commit fails, the file is gone again as well
    with attachments.stored(file, file_type) as item, transaction.atomic():
        conversation = outbound.writable_by(user, conversation_id)
        before = conversation.last_seq
        messages = outbound.send_pieces(
            conversation,
            pieces_of(item, body),
            author=Message.Author.CONSULTANT,
            user=user,
            client_id=client_id,
            origin=origin,
        )
    is_new = conversation.last_seq > before
    # A second try that came while the first was under way: its file is stored, and its message is not
    if not is_new:
        attachments.forget(item)
    return outbound.Sent(messages, is_new)


def pieces_of(item: Mapping[str, Any], body: str) -> list[Piece]:
    """The file with its words as a caption; words that are too long for one, or of sound, follow it."""
    kind, words = kind_of(item["content_type"]), body.replace("\x00", "").strip()
    # WhatsApp shows no caption under sound
    if kind != "audio" and splitting.length(words) <= LONGEST_CAPTION:
        return [Piece(words, kind, [dict(item)])]
    return [Piece("", kind, [dict(item)]), *(Piece(piece) for piece in splitting.split(words))]


@transaction.atomic
def _sent_before_or_refused(
    conversation_id: UUID | str, user: User, client_id: str | None, pieces: list[Piece]
) -> list[Message]:
    conversation = outbound.writable_by(user, conversation_id)
    if client_id and (known := outbound.sent_before(conversation, client_id)):
        return outbound.same_again(known, pieces)
    if reason := window.refusal(conversation):
        raise InvalidError(reason)
    return []
