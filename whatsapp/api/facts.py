"""Messages as JSON: one shape for the REST API, the timeline and the live updates."""

from typing import Any

from leads.actors import Actor
from leads.api.facts import as_time
from leads.models import LeadEvent
from whatsapp.models import Message


def message_facts(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "seq": message.seq,
        "direction": message.direction,
        "author": message.author,
        "user": message.user_id,
        "kind": message.kind,
        "body": message.body,
        "media": message.media,
        "status": message.status,
        "error": _error(message),
        "client_id": message.client_id,
        "created_at": as_time(message.created_at),
    }


def author_facts(message: Message) -> dict[str, Any]:
    """Who wrote it, as live updates and the timeline name people; `user` should be loaded with it."""
    is_person = message.user or message.author == Message.Author.CONSULTANT
    return Actor(LeadEvent.Actor.USER if is_person else message.author, message.user).as_facts()


def _error(message: Message) -> dict[str, str] | None:
    """`{code, text}` where sending failed."""
    if not (message.error_code or message.error_text):
        return None
    return {"code": message.error_code, "text": message.error_text}
