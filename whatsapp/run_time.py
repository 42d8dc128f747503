"""How long one run of a sweep may take: what is left over is the next run's."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from leads import stopping

Item = TypeVar("Item")


def until_over(items: Iterable[Item], seconds: float) -> Iterator[Item]:
    """The items, until `seconds` have passed since the first; that one in any case.

    A provider that hangs costs each call its timeout. Without an end, runs that beat starts anew would pile up
    until they hold every thread of the worker.
    """
    ends_at = time.monotonic() + seconds
    for item in items:
        yield item
        if time.monotonic() >= ends_at or stopping.is_asked():
            return
