"""The chat list of each consultant's line, in Redis alone: bounded, fast, and never the only copy of a lead's words.

Per line: `order` (sorted set: chat id by time), `facts` (hash: chat id → JSON), `unread` (hash:
chat id → count), `seen` (sorted set: provider ids, so that a message counts once) and, per chat of
somebody who is no lead, `said:<chat id>` (sorted set: the last messages). A chat's id is a digest: it
names nobody in an address or a log.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from whatsapp.models.line import KEPT_MESSAGES
from whatsapp.redis_connection import connection

SEEN_SIDS = 5_000
SNIPPET = 200
LONGEST_KEPT = 4096
ROWS, ALL = "rows", "all"

# KEYS: order, facts, unread, seen, said (to be followed by a chat id). ARGV: chats at most, sids at most,
# messages kept of each chat, then per message: sid ('' for none), chat id, time in microseconds, JSON,
# what to add to unread, JSON to be kept ('' for nothing).
# Answers with one 0 or 1 per message: whether it was new.
RECORD = """
local news = {}
for i = 4, #ARGV, 6 do
  local sid, chat, at = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local is_new = 1
  if sid ~= '' then is_new = redis.call('ZADD', KEYS[4], 'NX', at, sid) end
  if is_new == 1 then
    local last = tonumber(redis.call('ZSCORE', KEYS[1], chat) or '0')
    if at >= last then
      redis.call('ZADD', KEYS[1], at, chat)
      redis.call('HSET', KEYS[2], chat, ARGV[i + 3])
    end
    local added = tonumber(ARGV[i + 4])
    if added > 0 then redis.call('HINCRBY', KEYS[3], chat, added)
    elseif added < 0 then redis.call('HDEL', KEYS[3], chat) end
    if ARGV[i + 5] ~= '' then
      redis.call('ZADD', KEYS[5] .. chat, at, ARGV[i + 5])
      redis.call('ZREMRANGEBYRANK', KEYS[5] .. chat, 0, -1 - tonumber(ARGV[3]))
    end
  end
  news[#news + 1] = is_new
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, -1 - tonumber(ARGV[1]))
for _, chat in ipairs(oldest) do
  redis.call('ZREM', KEYS[1], chat)
  redis.call('HDEL', KEYS[2], chat)
  redis.call('HDEL', KEYS[3], chat)
  redis.call('DEL', KEYS[5] .. chat)
end
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - tonumber(ARGV[2]))
return news
"""


# KEYS: order, facts, unread. ARGV: the highest time, chats at most. Answers with time, JSON and count of each.
PAGE = """
local found = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
if #found == 0 then return {} end
local chats, answer = {}, {}
for i = 1, #found, 2 do chats[#chats + 1] = found[i] end
local facts = redis.call('HMGET', KEYS[2], unpack(chats))
local unread = redis.call('HMGET', KEYS[3], unpack(chats))
for i = 1, #chats do
  answer[#answer + 1] = string.format('%.0f', found[2 * i])
  answer[#answer + 1] = facts[i] or ''
  answer[#answer + 1] = unread[i] or '0'
end
return answer
"""


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


def chat_id_of(line_id: int, client_key: str) -> str:
    return hashlib.sha256(f"{line_id}:{client_key}:{settings.SECRET_KEY}".encode()).hexdigest()[:32]


def record(line_id: int, entries: Sequence[ChatEntry], *, is_history: bool = False) -> list[bool]:
    """Put messages into the index, all at once; for each, whether it was new. Raises RedisError.

    What comes in counts as unread; what goes out means that the chat was read; history does neither.
    """
    if not entries:
        return []
    arguments: list[Any] = [settings.CHAT_INDEX_SIZE, SEEN_SIDS, KEPT_MESSAGES]
    for entry in entries:
        unread = 0 if is_history else 1 if entry.direction == "in" else -1
        arguments += [entry.sid, entry.chat_id, _score(entry.at), _packed(entry), unread, _kept(entry.said)]
    script = connection().register_script(RECORD)
    return [bool(news) for news in script(keys=_keys(line_id), args=arguments)]


def page(line_id: int, *, before: str = "", limit: int = 30) -> list[Chat]:
    """The newest chats, or those before a cursor. Costs the same however many there are. Raises RedisError."""
    script = connection().register_script(PAGE)
    found = iter(script(keys=_keys(line_id)[:3], args=[f"({before}" if before else "+inf", limit]))
    return [
        Chat(_unpacked(text), int(count), score)
        for score, text, count in zip(found, found, found, strict=True)
        if text
    ]


def find(line_id: int, chat_id: str) -> ChatEntry | None:
    return next(iter(find_all([(line_id, chat_id)]).values()), None)


def find_all(chats: Sequence[tuple[int, str]]) -> dict[tuple[int, str], ChatEntry]:
    """{(line, chat id): entry} of those that there are, in one call. Raises RedisError."""
    with connection().pipeline(transaction=False) as pipeline:
        for line_id, chat_id in chats:
            pipeline.hget(_keys(line_id)[1], chat_id)
        found = pipeline.execute()
    return {chat: _unpacked(text) for chat, text in zip(chats, found, strict=True) if text}


def seen(line_id: int, sids: Sequence[str]) -> set[str]:
    """Those of the provider's ids that were put into this line's list lately. Raises RedisError."""
    if not sids:
        return set()
    scores = connection().zmscore(_keys(line_id)[3], sids)
    return {sid for sid, score in zip(sids, scores, strict=True) if score is not None}


def said_in(line_id: int, chat_id: str) -> list[Said]:
    """The last messages of somebody who is no lead, oldest first. Raises RedisError."""
    kept = connection().zrange(_keys(line_id)[4] + chat_id, 0, -1)
    return [_unpacked_said(text) for text in kept]


def say_lead(line_id: int, chat_id: str, lead_id: str, conversation_id: str | None) -> None:
    """The person of this chat is a lead now; from here on their words are kept as rows alone. Raises RedisError."""
    entry = find(line_id, chat_id)
    if entry is None:
        return
    _, facts, _, _, said = _keys(line_id)
    known = replace(entry, lead=lead_id, conversation=conversation_id)
    with connection().pipeline() as pipeline:
        pipeline.hset(facts, chat_id, _packed(known)).delete(said + chat_id).execute()


def mark_read(line_id: int, chat_id: str) -> None:
    connection().hdel(_keys(line_id)[2], chat_id)


def forget(line_id: int, chat_ids: Iterable[str]) -> None:
    """Take chats out, for a client who asks to be forgotten."""
    order, facts, unread, _, said = _keys(line_id)
    for chat_id in chat_ids:
        with connection().pipeline() as pipeline:
            pipeline.zrem(order, chat_id).hdel(facts, chat_id).hdel(unread, chat_id)
            pipeline.delete(said + chat_id).execute()


def how_built(line_id: int) -> str:
    """'' after Redis was lost, then ROWS, then ALL (Twilio was asked, too)."""
    return connection().get(_built_key(line_id)) or ""


def say_built(line_id: int, how: str) -> None:
    connection().set(_built_key(line_id), how)


def _keys(line_id: int) -> list[str]:
    parts = ("order", "facts", "unread", "seen", "said:")
    return [f"{settings.REDIS_PREFIX}chats:{line_id}:{part}" for part in parts]


def _built_key(line_id: int) -> str:
    return f"{settings.REDIS_PREFIX}chats:{line_id}:built"


def _score(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


def _packed(entry: ChatEntry) -> str:
    facts = asdict(replace(entry, said=None)) | {"at": entry.at.astimezone(UTC).isoformat()}
    return json.dumps(facts, ensure_ascii=False)


def _unpacked(text: str) -> ChatEntry:
    facts = json.loads(text)
    return ChatEntry(**facts | {"at": datetime.fromisoformat(facts["at"])})


def _kept(said: Said | None) -> str:
    if said is None:
        return ""
    facts = asdict(said) | {"at": said.at.astimezone(UTC).isoformat(), "body": said.body[:LONGEST_KEPT]}
    return json.dumps(facts, ensure_ascii=False)


def _unpacked_said(text: str) -> Said:
    facts = json.loads(text)
    moment, media = datetime.fromisoformat(facts["at"]), tuple(facts["media"])
    return Said(**facts | {"at": moment, "media": media})
