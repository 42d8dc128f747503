"""A consultant's own line: everybody who writes is in the chat list, only leads are kept in the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from leads import clock
from leads.on_commit import announce
from whatsapp import adoption, chat_entries
from whatsapp.chat_index import SNIPPET, ChatEntry, chat_id_of
from whatsapp.models import Line, Message
from whatsapp.payloads import InboundMessage, text_of
from whatsapp.services.inbound import leads_by_key, record_inbound
from whatsapp.signals import message_changed

# WhatsApp's own names for what is no chat with one person: statuses, channels, groups
BROADCAST_SUFFIXES = ("status@broadcast", "@newsletter", "@g.us")


def take_in(line: Line, messages: Sequence[InboundMessage]) -> int:
    """A batch of messages to a consultant's line; how many were new. Safe to run twice.

    Of leads: conversation and message rows. Of everybody: the chat list, in one call to Redis.
    Announces `message_received` for leads, `message_changed` with `chat` facts for the others.
    """
    wanted = [message for message in messages if is_for_us(line, message)]
    leads = leads_by_key(wanted)
    adoption.adopt_writers(line, leads)
    # Rows before the list: a crash in between costs a place in the list, which is rebuilt, no lead's words
    rows = {message.sid: record_inbound(line, message) for message in wanted if message.client_key in leads}
    entries = [
        _entry(line, message, leads.get(message.client_key), rows.get(message.sid)) for message in wanted
    ]
    news = chat_entries.put(line, entries)
    leads |= _take_in_late(line, [message for message in wanted if message.client_key not in leads])
    for message, entry, is_new in zip(wanted, entries, news, strict=True):
        if is_new and message.client_key not in leads:
            announce(message_changed, chat=_facts(line, message, entry))
    return sum(news)


def _take_in_late(line: Line, strangers: Sequence[InboundMessage]) -> dict[str, UUID]:
    """Who became a lead before their words were in the list: whoever made the lead did not find them there.

    Whoever becomes one later is known by a lead that is written after the list, and so finds them.
    """
    leads = leads_by_key(strangers) if strangers else {}
    adoption.adopt_writers(line, leads)
    for message in strangers:
        if message.client_key in leads:
            record_inbound(line, message)
    return leads


def is_for_us(line: Line, message: InboundMessage) -> bool:
    """False for the line's own messages coming back and for what is no chat: statuses, channels, groups."""
    if not message.is_received or message.sender == line.address:
        return False
    return not message.sender.endswith(BROADCAST_SUFFIXES)


def _entry(line: Line, message: InboundMessage, lead_id: UUID | None, row: Message | None) -> ChatEntry:
    return ChatEntry(
        chat_id=chat_id_of(line.pk, message.client_key),
        address=message.sender,
        name=message.profile_name,
        text=text_of(message)[:SNIPPET],
        direction=Message.Direction.IN,
        at=message.sent_at or clock.now(),
        sid=message.sid,
        lead=str(lead_id) if lead_id else None,
        conversation=str(row.conversation_id) if row else None,
        client_key=message.client_key,
        external_user_id=message.external_user_id,
        said=None if lead_id else chat_entries.said_of(message),
    )


def _facts(line: Line, message: InboundMessage, entry: ChatEntry) -> dict[str, Any]:
    """What a browser is told of somebody who is no lead; nothing of it is stored in the database."""
    timestamp = entry.at.isoformat()
    told = {
        "id": message.sid,
        "conversation": None,
        "direction": entry.direction,
        "author": Message.Author.CLIENT,
        "body": message.body,
        "context": message.context,
        "media": [dict(one) for one in message.media],
        "status": Message.Status.RECEIVED,
        "error": None,
        "client_id": None,
        "created_at": timestamp,
    }
    who = {"chat_name": entry.name, "chat_address": entry.address}
    return {
        "consultant_id": line.consultant_id,
        "chat_id": entry.chat_id,
        "message": told | who,
        "timestamp": timestamp,
    }
