"""The one clock of the domain. Evaluation runs dialogues in virtual time by setting it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_virtual: ContextVar[datetime | None] = ContextVar("virtual_now", default=None)


def now() -> datetime:
    """Aware; the wall clock unless a virtual time is set in this context."""
    return _virtual.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within the block it is `moment`."""
    token = _virtual.set(moment)
    try:
        yield
    finally:
        _virtual.reset(token)
