"""The agent's lines as this process knows them, so that a webhook need not read its line first.

What is remembered carries the version of its row. The statement that stores a message stores nothing
where the row has another one, and a refusal is trusted only from a line just read: a change made
anywhere is in force at once. Messages to a consultant's line are not stored by that statement, so such
a line is read each time.
"""

from collections.abc import Iterator

from whatsapp.models import Line
from whatsapp.payloads import CHANNEL

_FIND = """
SELECT *, xmin::text || ctid::text AS row_version FROM whatsapp_line WHERE address = %s AND is_active"""

_seen: dict[str, Line] = {}


def readings_of(address: str) -> Iterator[Line | None]:
    """The line with this number as known, if it is, then as it stands (None: there is none)."""
    address = CHANNEL + address.replace("\x00", "").removeprefix(CHANNEL)
    if known := _seen.get(address):
        yield known
    fresh = next(iter(Line.objects.raw(_FIND, [address])), None)
    if fresh is not None and fresh.kind == Line.Kind.AGENT:
        _seen[address] = fresh
    else:
        _seen.pop(address, None)
    yield fresh


def version_of(line: Line) -> str:
    """The version of the row that `line` was read from; '' for a line that was read elsewhere."""
    return str(vars(line).get("row_version", ""))
