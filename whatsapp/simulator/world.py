"""What the simulated phones and the simulated Twilio remember, for a week, in Redis."""

import uuid
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from django.conf import settings

from whatsapp.redis_connection import connection

KEPT_SECONDS = 60 * 60 * 24 * 7
KEPT_MESSAGES = 500
# As WhatsApp's own dots (Twilio's docs on typing indicators)
TYPING_SECONDS = 25
PROGRESS = ("queued", "sent", "delivered", "read")


@dataclass(frozen=True)
class PhoneMessage:
    """One message between a phone and a line. `is_ours`: written by the CRM, shown on the phone's left."""

    sender: str
    recipient: str
    body: str
    is_ours: bool
    kind: str = "text"
    media_url: str = ""
    callback: str = ""
    status: str = "queued"
    sid: str = field(default_factory=lambda: f"SM{uuid.uuid4().hex}")
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    @property
    def created_at(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def line(self) -> str:
        return self.sender if self.is_ours else self.recipient

    @property
    def phone(self) -> str:
        return self.recipient if self.is_ours else self.sender

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        return cls(**stored | {"is_ours": stored["is_ours"] == "1"})


def keep(message: PhoneMessage) -> None:
    """Put the message into the thread and on both addresses' records; the sender has stopped typing."""
    names = [
        _thread(message.line, message.phone),
        _record("from", message.sender),
        _record("to", message.recipient),
    ]
    with connection().pipeline() as pipeline:
        _store(pipeline, message)
        for name in names:
            pipeline.rpush(name, message.sid)
            pipeline.ltrim(name, -KEPT_MESSAGES, -1)
            pipeline.expire(name, KEPT_SECONDS)
        if message.is_ours:
            pipeline.delete(_typing(message.line, message.phone))
        pipeline.execute()


def find(sid: str) -> PhoneMessage | None:
    stored = connection().hgetall(_key("message", sid))
    return PhoneMessage.of(stored) if stored else None


def thread(line: str, phone: str) -> list[PhoneMessage]:
    """Oldest first."""
    return _load(connection().lrange(_thread(line, phone), 0, -1))


def on_record(*, sender: str = "", recipient: str = "") -> list[PhoneMessage]:
    """What Twilio would list, newest first; at least one of the two is given."""
    name = _record("from", sender) if sender else _record("to", recipient)
    messages = _load(connection().lrange(name, 0, -1))
    return [one for one in reversed(messages) if not recipient or one.recipient == recipient]


def advance(message: PhoneMessage, status: str) -> PhoneMessage:
    """Move the message along queued → sent → delivered → read; never back."""
    if PROGRESS.index(status) <= PROGRESS.index(message.status):
        return message
    moved = replace(message, status=status)
    with connection().pipeline() as pipeline:
        _store(pipeline, moved)
        pipeline.execute()
    return moved


def begin_typing(line: str, phone: str) -> None:
    connection().set(_typing(line, phone), 1, ex=TYPING_SECONDS)


def is_typing(line: str, phone: str) -> bool:
    return bool(connection().exists(_typing(line, phone)))


def forget(line: str, phone: str) -> None:
    """A new phone: the thread is gone. What the CRM knows stays with the CRM."""
    connection().delete(_thread(line, phone), _typing(line, phone))


def _load(sids: list[Any]) -> list[PhoneMessage]:
    if not sids:
        return []
    with connection().pipeline(transaction=False) as pipeline:
        for sid in sids:
            pipeline.hgetall(_key("message", sid))
        return [PhoneMessage.of(stored) for stored in pipeline.execute() if stored]


def _store(pipeline: Any, message: PhoneMessage) -> None:
    key = _key("message", message.sid)
    pipeline.hset(key, mapping=asdict(message) | {"is_ours": int(message.is_ours)}).expire(key, KEPT_SECONDS)


def _key(*parts: str) -> str:
    return f"{settings.REDIS_PREFIX}simulator:{':'.join(parts)}"


def _thread(line: str, phone: str) -> str:
    return _key("thread", line, phone)


def _record(side: str, address: str) -> str:
    return _key(side, address)


def _typing(line: str, phone: str) -> str:
    return _key("typing", line, phone)
