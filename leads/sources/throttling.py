"""What a vendor says of how often it may be asked, and leaving it alone for as long.

`Retry-After`, and the headers of Meta's guide to rate limits: each use case of a business with the part of
its limit that is spent, in per cent, and the minutes until it has access again. An answer that is still
given may say that the next one will not be.
"""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

# Answers whose Retry-After means "not before".
BUSY = {429, 503}
LONGEST = timedelta(hours=24)
# A wrong header may not keep leads away for longer.
LONGEST_REST = timedelta(hours=1)
NEARLY_SPENT = 95
STAYS_SPENT = timedelta(minutes=5)
SPENT = ("call_count", "total_time", "total_cputime")

# {(host, token): until when}, in this process: each finds out by an answer of its own.
_rests: dict[tuple[str, str], float] = {}
# What is left of these belongs to the leads that a webhook names; a poll can wait.
_nearly_spent: dict[tuple[str, str], float] = {}


def rest_of(url: str, token: str, *, is_urgent: bool = True) -> timedelta | None:
    """How long the vendor is still to be left alone by whoever has this token."""
    whom = _whom(url, token)
    until = max(_rests.get(whom, 0), 0 if is_urgent else _nearly_spent.get(whom, 0))
    left = until - time.monotonic()
    return timedelta(seconds=left) if left > 0 else None


def heed(url: str, token: str, status: int, headers: Message) -> timedelta | None:
    """Remember what an answer asks for. Returns how long that is; None where it asks for nothing."""
    uses = list(_uses(headers))
    if any(_number(use.get(name)) >= NEARLY_SPENT for use in uses for name in SPENT):
        _nearly_spent[_whom(url, token)] = time.monotonic() + STAYS_SPENT.total_seconds()
    minutes = max((_number(use.get("estimated_time_to_regain_access")) for use in uses), default=0)
    asked = [*_retry_after(status, headers), *([timedelta(minutes=minutes)] if minutes > 0 else [])]
    if not asked:
        return None
    wait = min(max(asked), LONGEST)
    _rests[_whom(url, token)] = time.monotonic() + min(wait, LONGEST_REST).total_seconds()
    return wait


def forget(url: str) -> None:
    """Ask this vendor again, whatever it said."""
    for known in (_rests, _nearly_spent):
        for whom in [whom for whom in known if whom[0] == urlsplit(url).netloc]:
            del known[whom]


def _whom(url: str, token: str) -> tuple[str, str]:
    return urlsplit(url).netloc, sha256(token.encode()).hexdigest()


def _retry_after(status: int, headers: Message) -> Iterator[timedelta]:
    """Seconds or a date (RFC 9110, 10.2.3); nothing where that makes no sense."""
    given = str(headers.get("Retry-After", "")).strip() if status in BUSY else ""
    try:
        if given.isascii() and given.isdigit():
            yield timedelta(seconds=int(given[:9]))
        elif given:
            yield max(parsedate_to_datetime(given) - timezone.now(), timedelta())
    except (ValueError, TypeError):  # no date, or one that does not say of which zone
        return


def _uses(headers: Message) -> Iterator[dict[str, Any]]:
    for name in ("X-Business-Use-Case-Usage", "X-App-Usage", "X-Page-Usage"):
        try:
            told = json.loads(headers.get(name) or "{}")
        except (ValueError, RecursionError):
            continue
        businesses = told.values() if isinstance(told, dict) else ()
        listed = [use for uses in businesses if isinstance(uses, list) for use in uses]
        yield from (use for use in (told, *listed) if isinstance(use, dict))


def _number(value: Any) -> float:
    """At most a year's minutes; 0 for what is no number."""
    is_one = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return min(value, 525_600) if is_one else 0
