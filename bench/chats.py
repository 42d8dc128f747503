"""A consultant's chat list with a hundred chats and with a hundred thousand, beside raw Redis commands."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

from django.conf import settings

from bench.report import Result
from whatsapp import chat_index
from whatsapp.chat_index import ChatEntry, chat_id_of
from whatsapp.redis_connection import connection

FEW, MANY = 100, 100_000
CALLS = 300
BATCH = 1000
LINE = -1  # no line of the workspace has this id
PAGE = 30


def measure() -> Iterator[Result]:
    # Room for all: a list that drops its oldest would never grow to what is to be measured
    size, settings.CHAT_INDEX_SIZE = settings.CHAT_INDEX_SIZE, 2 * MANY
    try:
        updates, pages, raw = zip(*(_times(chats) for chats in (FEW, MANY)), strict=True)
    finally:
        settings.CHAT_INDEX_SIZE = size
        _forget()
    yield _compared("chat list updated", updates)
    yield _compared("chat list page read", pages)
    yield Result(
        f"  page of {PAGE} among {MANY}",
        f"{pages[1] * 1000:.2f} ms",
        f"raw Redis commands {raw[1] * 1000:.2f} ms",
        pages[1] / raw[1],
    )


def _compared(name: str, times: tuple[float, ...]) -> Result:
    few, many = times
    ours, baseline = f"{many * 1000:.2f} ms at {MANY}", f"{few * 1000:.2f} ms at {FEW}"
    return Result(name, ours, baseline, many / few, "≤ 1.50")


def _times(chats: int) -> tuple[float, float, float]:
    """Median seconds of an update, of a page, and of the two raw commands under a page."""
    _forget()
    for start in range(0, chats, BATCH):
        chat_index.record(LINE, [_entry(number) for number in range(start, min(chats, start + BATCH))])
    turns = iter(range(chats, chats + CALLS))
    update = _median(lambda: chat_index.record(LINE, [_entry(next(turns), chats)]))
    return update, _median(lambda: chat_index.page(LINE, limit=PAGE)), _median(_raw_page)


def _raw_page() -> None:
    order = connection().zrevrange(f"{settings.REDIS_PREFIX}chats:{LINE}:order", 0, PAGE - 1)
    connection().hmget(f"{settings.REDIS_PREFIX}chats:{LINE}:facts", order)


def _median(call: Callable[[], object]) -> float:
    seconds = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def _entry(number: int, chats: int = MANY) -> ChatEntry:
    return ChatEntry(
        chat_id=chat_id_of(LINE, str(number % chats)),
        address=f"whatsapp:+55119{number:08d}",
        name=f"Pessoa {number}",
        text="Bom dia, ainda está disponível?",
        direction="in",
        at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
        sid=f"SM{number:032d}",
    )


def _forget() -> None:
    if keys := list(connection().scan_iter(f"{settings.REDIS_PREFIX}chats:{LINE}:*")):
        connection().delete(*keys)
