"""The one clock of the domain. Evaluation runs dialogues in virtual time by setting it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone


class VirtualClock:
    """A time that stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def move_to(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


_virtual: ContextVar[VirtualClock | None] = ContextVar("virtual_clock", default=None)


def now() -> datetime:
    """Aware; the wall clock unless a virtual one runs in this context."""
    clock = _virtual.get()
    return timezone.now() if clock is None else clock.moment


@contextmanager
def virtual(start: datetime) -> Iterator[VirtualClock]:
    """Within the block `now` is what the yielded clock says."""
    clock = VirtualClock(start)
    token = _virtual.set(clock)
    try:
        yield clock
    finally:
        _virtual.reset(token)
