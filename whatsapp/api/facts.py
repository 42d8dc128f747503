"""Messages as JSON: one shape for the REST API, the timeline and the live updates."""

from typing import Any

from leads.api.facts import as_time
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


def _error(message: Message) -> dict[str, str] | None:
    """`{code, text}` where sending failed."""
    if not (message.error_code or message.error_text):
        return None
    return {"code": message.error_code, "text": message.error_text}
