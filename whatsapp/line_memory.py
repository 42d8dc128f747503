"""The agent's lines as this process knows them (`leads.known_rows`).

Messages to a consultant's line are not stored by the statement that notices a change, so such a line is
read each time.
"""

from collections.abc import Iterator

from leads.known_rows import KnownRows
from whatsapp.models import Line
from whatsapp.payloads import CHANNEL

_lines = KnownRows(Line, "address", remembers=lambda line: line.kind == Line.Kind.AGENT)


class LineChangedError(Exception):
    """The line was changed while its message was stored; the provider's next try meets it as it is."""


def readings_of(address: str) -> Iterator[Line | None]:
    """The line with this number as known, if it is, then as it stands (None: there is none)."""
    return _lines.readings_of(CHANNEL + address.replace("\x00", "").removeprefix(CHANNEL))
