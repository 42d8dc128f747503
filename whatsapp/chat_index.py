"""The chat list of each consultant's line, in Redis alone: bounded, fast, and never the only copy of a lead's words.

Per line: `order` (sorted set: chat id by time), `facts` (hash: chat id → JSON), `unread` (hash:
chat id → count), `seen` (sorted set: provider ids, so that a message counts once) and, per chat of
somebody who is no lead, `said:<chat id>` (sorted set: the last messages). A chat's id is a digest: it
names nobody in an address or a log.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from whatsapp.chat_scripts import PAGE, RECORD, SAY_LEAD
from whatsapp.models.line import KEPT_MESSAGES
from whatsapp.redis_connection import connection

# Has to reach further back than `recovery` looks, else a recovered stranger counts as unread again
SEEN_SIDS = 5_000
SNIPPET = 200
# Times KEPT_MESSAGES and the 5,000 chats of a list: 400 MB of Redis for a line that is full of such
LONGEST_KEPT = 4096
ROWS, ALL = "rows", "all"


@dataclass(frozen=True)
class Said:
    """One message of somebody who is no lead: all that is known of it anywhere."""

    sid: str
    at: datetime
    kind: str = "text"
    body: str = ""
    media: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class ChatEntry:
    """The last message of a chat. `sid` '' where it need not be told from one seen before.

    `said`: the message whole, while its sender is no lead. `client_key` and `external_user_id` say who
    that is, should they become one.
    """

    chat_id: str
    address: str
    name: str
    text: str
    direction: str
    at: datetime
    sid: str = ""
    lead: str | None = None
    conversation: str | None = None
    client_key: str = ""
    external_user_id: str = ""
    said: Said | None = None


@dataclass(frozen=True)
class Chat:
    """One row of the list. `cursor`: everything before this one comes after it."""

    entry: ChatEntry
    unread: int
    cursor: str


@dataclass(frozen=True)
class Reading:
    """A chat as Redis had it at one moment, to tell later whether it still has."""

    facts: str
    kept: tuple[str, ...]

    @property
    def entry(self) -> ChatEntry:
        return _unpacked(self.facts)

    @property
    def said(self) -> list[Said]:
        """The last messages of somebody who is no lead, oldest first."""
        return [_unpacked_said(text) for text in self.kept]


def chat_id_of(line_id: int, client_key: str) -> str:
    # With our secret, since a bare digest of a phone number is found by trying all numbers
    return hashlib.sha256(f"{line_id}:{client_key}:{settings.SECRET_KEY}".encode()).hexdigest()[:32]


def record(line_id: int, entries: Sequence[ChatEntry], *, is_history: bool = False) -> list[bool]:
    """Put messages into the index, all at once; for each, whether it was new. Raises RedisError.

    What comes in counts as unread; what goes out means that the chat was read; history does neither.
    """
    if not entries:
        return []
    arguments: list[Any] = [settings.CHAT_INDEX_SIZE, SEEN_SIDS, KEPT_MESSAGES]
    for entry in entries:
        # -1 does not subtract: the script deletes the count
        unread = 0 if is_history else 1 if entry.direction == "in" else -1
        arguments += [entry.sid, entry.chat_id, _score(entry.at), _packed(entry), unread, _kept(entry.said)]
    script = connection().register_script(RECORD)
    return [bool(news) for news in script(keys=_keys(line_id), args=arguments)]


def page(line_id: int, *, before: str = "", limit: int = 30) -> list[Chat]:
    """The newest chats, or those before a cursor. Costs the same however many there are. Raises RedisError."""
    # "1767225600000000.3f2a…": the time breaks no tie, the chat does
    at, _, chat_id = before.partition(".")
    script = connection().register_script(PAGE)
    found = iter(script(keys=_keys(line_id)[:3], args=[limit, at, chat_id]))
    return [
        Chat(_unpacked(text), int(count), cursor)
        for cursor, text, count in zip(found, found, found, strict=True)
        if text
    ]


def find(line_id: int, chat_id: str) -> ChatEntry | None:
    return next(iter(find_all([(line_id, chat_id)]).values()), None)


def find_all(chats: Sequence[tuple[int, str]]) -> dict[tuple[int, str], ChatEntry]:
    """{(line, chat id): entry} of those that there are, in one call. Raises RedisError."""
    # Plain reads of several lines need not be one moment, and MULTI would make others wait
    with connection().pipeline(transaction=False) as pipeline:
        for line_id, chat_id in chats:
            pipeline.hget(_keys(line_id)[1], chat_id)
        found = pipeline.execute()
    return {chat: _unpacked(text) for chat, text in zip(chats, found, strict=True) if text}


def seen(line_id: int, sids: Sequence[str]) -> set[str]:
    """Those of the provider's ids that were put into this line's list lately. Raises RedisError."""
    if not sids:
        return set()
    # ZMSCORE is of Redis 6.2
    scores = connection().zmscore(_keys(line_id)[3], sids)
    return {sid for sid, score in zip(sids, scores, strict=True) if score is not None}


def read(line_id: int, chat_id: str) -> Reading | None:
    """A chat with its kept messages; None: it is in the list no more. Raises RedisError."""
    _, facts, _, _, said = _keys(line_id)
    with connection().pipeline() as pipeline:
        text, kept = pipeline.hget(facts, chat_id).zrange(said + chat_id, 0, -1).execute()
    return Reading(text, tuple(kept)) if text else None


def said_in(line_id: int, chat_id: str) -> list[Said]:
    """The last messages of somebody who is no lead, oldest first. Raises RedisError."""
    kept = connection().zrange(_keys(line_id)[4] + chat_id, 0, -1)
    return [_unpacked_said(text) for text in kept]


def say_lead(line_id: int, chat_id: str, reading: Reading, lead_id: str, conversation_id: str | None) -> bool:
    """The person of this chat is a lead now; from here on their words are kept as rows alone. False, and they
    are not yet, where something was said since `reading`: it may have to come along. Raises RedisError."""
    _, facts, _, _, said = _keys(line_id)
    known = replace(reading.entry, lead=lead_id, conversation=conversation_id)
    script = connection().register_script(SAY_LEAD)
    texts = [chat_id, reading.facts, _packed(known), *reading.kept]
    return bool(script(keys=[facts, said + chat_id], args=texts))


def mark_read(line_id: int, chat_id: str) -> None:
    connection().hdel(_keys(line_id)[2], chat_id)


def forget(line_id: int, chat_ids: Iterable[str]) -> None:
    """Take chats out, for a client who asks to be forgotten."""
    order, facts, unread, _, said = _keys(line_id)
    for chat_id in chat_ids:
        # MULTI: facts and words of one moment, or `say_lead` would compare what never stood together
        with connection().pipeline() as pipeline:
            pipeline.zrem(order, chat_id).hdel(facts, chat_id).hdel(unread, chat_id)
            pipeline.delete(said + chat_id).execute()


def forget_all(line_id: int) -> None:
    """Empty the list. Which messages were seen stays known, so that none comes back as new."""
    order, facts, unread, _, said = _keys(line_id)
    chat_ids = connection().zrange(order, 0, -1)
    with connection().pipeline() as pipeline:
        pipeline.delete(order, facts, unread, *(said + chat_id for chat_id in chat_ids)).execute()


def how_built(line_id: int) -> str:
    """'' after Redis was lost, then ROWS, then ALL (Twilio was asked, too)."""
    return connection().get(_built_key(line_id)) or ""


def say_built(line_id: int, how: str) -> None:
    connection().set(_built_key(line_id), how)


def whole_until(line_id: int) -> datetime | None:
    """Up to when the rows are in the list for certain. It lives beside the list, and so is as old as the list
    where Redis came back with an older state. Raises RedisError."""
    moment = connection().get(_whole_key(line_id))
    return datetime.fromisoformat(moment) if moment else None


def say_whole(line_id: int, until: datetime) -> None:
    connection().set(_whole_key(line_id), until.isoformat())


def _keys(line_id: int) -> list[str]:
    parts = ("order", "facts", "unread", "seen", "said:")
    return [f"{settings.REDIS_PREFIX}chats:{line_id}:{part}" for part in parts]


def _built_key(line_id: int) -> str:
    return f"{settings.REDIS_PREFIX}chats:{line_id}:built"


def _whole_key(line_id: int) -> str:
    return f"{settings.REDIS_PREFIX}chats:{line_id}:whole"


def _score(at: datetime) -> int:
    # Scores are doubles: whole microseconds stay exact until the year 2255 (2 to the 53rd)
    return int(at.timestamp() * 1_000_000)


def _packed(entry: ChatEntry) -> str:
    # Words are kept beside, and taken away when their sender becomes a lead
    facts = vars(entry) | {"said": None, "at": entry.at.astimezone(UTC).isoformat()}
    return json.dumps(facts, ensure_ascii=False)


def _unpacked(text: str) -> ChatEntry:
    facts = json.loads(text)
    return ChatEntry(**facts | {"at": datetime.fromisoformat(facts["at"])})


def _kept(said: Said | None) -> str:
    if said is None:
        return ""
    facts = vars(said) | {"at": said.at.astimezone(UTC).isoformat(), "body": said.body[:LONGEST_KEPT]}
    return json.dumps(facts, ensure_ascii=False)


def _unpacked_said(text: str) -> Said:
    facts = json.loads(text)
    moment, media = datetime.fromisoformat(facts["at"]), tuple(facts["media"])
    return Said(**facts | {"at": moment, "media": media})
