"""A message, a conversation and a chat as JSON: one shape for the REST API and the live updates."""

from typing import Any

from leads.api.facts import as_time
from leads.models import Consultant
from whatsapp import refusals
from whatsapp.chat_index import Chat, Said
from whatsapp.media import problem_of
from whatsapp.models import Conversation, Line, Message, Template


def message_facts(message: Message) -> dict[str, Any]:
    """`user` should be loaded with the message."""
    return {
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "seq": message.seq,
        "direction": message.direction,
        "author": message.author,
        "user": message.user and {"id": message.user.pk, "name": str(message.user)},
        "kind": message.kind,
        "body": message.body,
        "context": context_of(message),
        "media": [_media(message, number) for number in range(len(message.media))],
        "status": Message.Status.FAILED if message.status == Message.Status.CANCELLED else message.status,
        "error": _error(message),
        "client_id": message.client_id,
        "retry_of": message.retry_of_id and str(message.retry_of_id),
        "created_at": as_time(message.created_at),
    }


def context_of(message: Message) -> dict[str, Any]:
    """What stood around a client's words; `details` also hold whatever else the provider sent."""
    context = message.details.get("context")
    return context if isinstance(context, dict) else {}


def conversation_facts(conversation: Conversation) -> dict[str, Any]:
    """`line` and `consultant__user` should be loaded with the conversation."""
    return {
        "id": str(conversation.pk),
        "lead": conversation.lead_id and str(conversation.lead_id),
        "line": conversation.line.address,
        "line_name": conversation.line.name,
        "line_kind": conversation.line.kind,
        "client": conversation.client_address,
        "profile_name": conversation.profile_name,
        "status": conversation.status,
        "stage": conversation.stage,
        "consultant": _consultant(conversation.consultant),
        "handoff_reason": conversation.handoff_reason,
        "transferred_at": as_time(conversation.transferred_at),
        "window_closes_at": as_time(conversation.window_closes_at),
        "is_opted_out": conversation.is_opted_out,
        "is_unreachable": conversation.is_unreachable,
        "last_message_at": as_time(conversation.last_message_at),
        "created_at": as_time(conversation.created_at),
    }


def template_facts(template: Template) -> dict[str, Any]:
    return {
        "id": template.pk,
        "sid": template.sid,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "body": template.body,
        "buttons": template.buttons,
        "variables": template.placeholders,
        "samples": template.samples,
    }


def chat_facts(line: Line, chat: Chat) -> dict[str, Any]:
    entry = chat.entry
    return {
        "id": entry.chat_id,
        "line": line.address,
        "name": entry.name,
        "address": entry.address,
        "lead": entry.lead,
        "conversation": entry.conversation,
        "last_message": entry.text,
        "last_message_direction": entry.direction,
        "last_message_at": as_time(entry.at),
        "unread_count": chat.unread,
    }


def said_facts(said: Said) -> dict[str, Any]:
    """Somebody who is no lead said it; files of such people are not fetched."""
    return {
        "id": said.sid,
        "direction": Message.Direction.IN,
        "author": Message.Author.CLIENT,
        "kind": said.kind,
        "body": said.body,
        "created_at": as_time(said.at),
    }


def _error(message: Message) -> dict[str, str] | None:
    """In the reader's language where the code is known. A dropped message has failed, for those outside."""
    if message.status == Message.Status.CANCELLED:
        return {"code": refusals.DROPPED_CODE, "text": refusals.text_of(refusals.DROPPED_CODE)}
    return {"code": message.error_code, "text": refusals.text_for(message)} if message.error_code else None


def _media(message: Message, number: int) -> dict[str, Any]:
    """`url` is ours, and null until the file has been fetched: the provider's wants its credentials."""
    item = message.media[number]
    is_stored = bool(item.get("file"))
    return {
        "url": f"/api/messages/{message.pk}/media/{number}/" if is_stored else None,
        "content_type": item.get("content_type", ""),
        "filename": item.get("filename", ""),
        "size": item.get("size"),
        "error": item.get("error"),
        "error_text": problem_of(item),
    }


def _consultant(consultant: Consultant | None) -> dict[str, Any] | None:
    if consultant is None:
        return None
    return {"id": consultant.pk, "username": consultant.user.username, "name": str(consultant)}
