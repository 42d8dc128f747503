"""Messages as rows of the chat list."""

import logging
from collections.abc import Sequence

import redis

from whatsapp import chat_index
from whatsapp.chat_index import SNIPPET, ChatEntry, chat_id_of
from whatsapp.models import Line, Message

logger = logging.getLogger(__name__)


def entry_of_row(line: Line, message: Message) -> ChatEntry:
    """`conversation` should be loaded with the message."""
    conversation = message.conversation
    return ChatEntry(
        chat_id=chat_id_of(line.pk, conversation.client_key),
        address=conversation.client_address,
        name=conversation.profile_name,
        text=(message.body or f"[{message.kind}]")[:SNIPPET],
        direction=message.direction,
        at=message.created_at,
        lead=str(conversation.lead_id) if conversation.lead_id else None,
        conversation=str(conversation.pk),
    )


def put(line: Line, entries: Sequence[ChatEntry]) -> list[bool]:
    """Into the index, for each whether it was new. Without Redis the list is late, not the message:
    the index is then built again from what is stored."""
    try:
        return chat_index.record(line.pk, entries)
    except redis.RedisError as error:
        logger.warning("chat index not updated", extra={"line": line.pk, "why": type(error).__name__})
        return [True] * len(entries)
