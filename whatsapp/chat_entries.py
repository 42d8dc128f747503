"""Messages as rows of the chat list."""

import logging
from collections.abc import Sequence

import redis

from leads import clock
from whatsapp import chat_index
from whatsapp.chat_index import SNIPPET, ChatEntry, Said, chat_id_of
from whatsapp.models import Line, Message
from whatsapp.payloads import InboundMessage

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
        client_key=conversation.client_key,
        external_user_id=conversation.external_user_id,
    )


def said_of(message: InboundMessage) -> Said:
    """All of a message that goes with its sender, should they become a lead."""
    at = message.sent_at or clock.now()
    return Said(sid=message.sid, at=at, kind=message.kind, body=message.body, media=message.media)


def as_inbound(line: Line, entry: ChatEntry, said: Said) -> InboundMessage:
    """The message as it came, as far as the list knows it."""
    return InboundMessage(
        sid=said.sid,
        sender=entry.address,
        recipient=line.address,
        phone=entry.client_key if entry.client_key.startswith("+") else "",
        external_user_id=entry.external_user_id,
        profile_name=entry.name,
        kind=said.kind,
        body=said.body,
        media=said.media,
        sent_at=said.at,
    )


def put(line: Line, entries: Sequence[ChatEntry]) -> list[bool]:
    """Into the index, for each whether it was new.

    Without Redis the list is late, not the message. What leads and we said is put into it by a sweep when Redis
    is back (`rebuilding.catch_up`); of strangers, what Twilio lists (`recovery`). Raises RedisError where neither
    would bring it back: a stranger's words on a line at Meta.
    """
    try:
        return chat_index.record(line.pk, entries)
    except redis.RedisError as error:
        logger.warning("chat index not updated", extra={"line": line.pk, "why": type(error).__name__})
        # The webhook then answers 503, and Meta brings the words again; Twilio still lists them
        if line.transport == Line.Transport.CLOUD and any(entry.said for entry in entries):
            raise
        # Told to the browsers as new: better twice than never
        return [True] * len(entries)
