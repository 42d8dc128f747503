"""The one clock of the domain. Evaluation runs dialogues in virtual time by setting it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


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


def in_words(moment: datetime) -> str:
    """As the admin's cells say it: the local time, in the reader's format."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def day_in_words(moment: datetime) -> str:
    """The local day, without its hour."""
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


@contextmanager
def virtual(start: datetime) -> Iterator[VirtualClock]:
    """Within the block `now` is what the yielded clock says."""
    clock = VirtualClock(start)
    token = _virtual.set(clock)
    try:
        yield clock
    finally:
        _virtual.reset(token)
