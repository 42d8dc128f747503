"""A consultant's chat list with a hundred chats and with a hundred thousand, beside raw Redis commands."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median
from typing import Any

from django.conf import settings

from bench.report import Result
from whatsapp import chat_index
from whatsapp.chat_index import ChatEntry, chat_id_of
from whatsapp.redis_connection import connection

FEW, MANY = 100, 100_000
CALLS = 1000
BATCH = 1000
LINE = -1  # no line of the workspace has this id
PAGE = 30


def measure() -> Iterator[Result]:
    # Room for all: a list that drops its oldest would never grow to what is to be measured
    size, settings.CHAT_INDEX_SIZE = settings.CHAT_INDEX_SIZE, 2 * MANY
    try:
        updates, raw_updates, pages, raw_pages = zip(*(_times(chats) for chats in (FEW, MANY)), strict=True)
    finally:
        settings.CHAT_INDEX_SIZE = size
        _forget()
    yield _compared("chat list updated", updates)
    yield _beside_raw(f"  update among {MANY}", updates, raw_updates)
    yield _compared("chat list page read", pages)
    yield _beside_raw(f"  page of {PAGE} among {MANY}", pages, raw_pages)


def _beside_raw(name: str, ours: tuple[float, ...], raw: tuple[float, ...]) -> Result:
    baseline = f"raw Redis commands {raw[1] * 1000:.2f} ms"
    return Result(name, f"{ours[1] * 1000:.2f} ms", baseline, ours[1] / raw[1])


def _compared(name: str, times: tuple[float, ...]) -> Result:
    few, many = times
    ours, baseline = f"{many * 1000:.2f} ms at {MANY}", f"{few * 1000:.2f} ms at {FEW}"
    return Result(name, ours, baseline, many / few, "≤ 1.50")


def _times(chats: int) -> tuple[float, ...]:
    """Median seconds of an update and of the raw commands under it, of a page and of those under it."""
    _forget()
    # The list of ids seen lately is full in both, else the small one would have less to do
    messages = max(chats, 2 * chat_index.SEEN_SIDS)
    for start in range(0, messages, BATCH):
        chat_index.record(LINE, [_entry(number, chats) for number in range(start, start + BATCH)])
    turns = count(messages)
    text = connection().hget(_key("facts"), chat_id_of(LINE, "0"))
    return _medians(
        lambda: chat_index.record(LINE, [_entry(next(turns), chats)]),
        lambda: _raw_update(next(turns), chats, text),
        lambda: chat_index.page(LINE, limit=PAGE),
        _raw_page,
    )


def _raw_update(number: int, chats: int, text: Any) -> None:
    """Five writes in one trip: is it new, place in the order, facts, unread, and what falls out of the list."""
    order, facts, unread, seen = (_key(part) for part in ("order", "facts", "unread", "seen"))
    chat = chat_id_of(LINE, str(number % chats))
    with connection().pipeline(transaction=False) as pipeline:
        pipeline.zadd(seen, {f"SM{number:032d}": number}, nx=True).zadd(order, {chat: _microseconds(number)})
        pipeline.hset(facts, chat, text).hincrby(unread, chat, 1)
        pipeline.zremrangebyrank(seen, 0, -1 - chat_index.SEEN_SIDS).execute()


def _raw_page() -> None:
    """Two trips: which chats, and then their facts."""
    order = connection().zrevrange(_key("order"), 0, PAGE - 1)
    connection().hmget(_key("facts"), order)


def _medians(*calls: Callable[[], object]) -> tuple[float, ...]:
    """In turns, so that a slow moment of the machine meets them all."""
    seconds: list[list[float]] = [[] for _ in calls]
    for _ in range(CALLS):
        for call, own in zip(calls, seconds, strict=True):
            began = time.perf_counter()
            call()
            own.append(time.perf_counter() - began)
    return tuple(median(own) for own in seconds)


def _key(part: str) -> str:
    return f"{settings.REDIS_PREFIX}chats:{LINE}:{part}"


def _at(number: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)


def _microseconds(number: int) -> int:
    return int(_at(number).timestamp() * 1_000_000)


def _entry(number: int, chats: int) -> ChatEntry:
    return ChatEntry(
        chat_id=chat_id_of(LINE, str(number % chats)),
        address=f"whatsapp:+55119{number:08d}",
        name=f"Pessoa {number}",
        text="Bom dia, ainda está disponível?",
        direction="in",
        at=_at(number),
        sid=f"SM{number:032d}",
    )


def _forget() -> None:
    if keys := list(connection().scan_iter(f"{settings.REDIS_PREFIX}chats:{LINE}:*")):
        connection().delete(*keys)
