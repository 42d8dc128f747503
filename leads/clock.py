"""The one clock of the domain. Evaluation runs dialogues in virtual time by setting it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


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


def lasting(span: timedelta | None) -> str:
    """A duration in its two largest units."""
    if span is None:
        return "–"
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return _("%(count)d s") % {"count": span.total_seconds()}
    hours, minutes = divmod(minutes, 60)
    if hours < 1:
        return _("%(count)d min") % {"count": minutes}
    days, hours = divmod(hours, 24)
    if days < 1:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}


@contextmanager
def virtual(start: datetime) -> Iterator[VirtualClock]:
    """Within the block `now` is what the yielded clock says."""
    clock = VirtualClock(start)
    token = _virtual.set(clock)
    try:
        yield clock
    finally:
        _virtual.reset(token)
