"""The dialogue file: one JSON record a line, with bursts of client messages and staff events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

KEPT: tuple[str, ...] = ("transcript", "seconds", "filename", "label", "address")
DEFAULT_GAP = timedelta(milliseconds=800)


@dataclass(frozen=True)
class Step:
    """One thing that happens in a burst, `gap` after the one before it: a client's message or an event."""

    gap: timedelta
    kind: str
    text: str = ""
    sid: str = ""
    event: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: str | dict[str, Any]) -> "Step":
        """A plain string is a text message; an object says its type."""
        if isinstance(raw, str):
            return cls(DEFAULT_GAP, "text", raw)
        gap = timedelta(milliseconds=raw["after_ms"]) if "after_ms" in raw else DEFAULT_GAP
        details = {key: raw[key] for key in KEPT if key in raw}
        return cls(
            gap=gap,
            kind=raw.get("type", "text"),
            text=raw.get("text") or raw.get("caption") or "",
            sid=raw.get("sid", ""),
            event=raw.get("event", ""),
            details=details,
        )


@dataclass(frozen=True)
class Dialogue:
    id: str
    domain: str
    language: str
    country: str
    currency: str
    timezone: str
    starts_at: datetime
    bursts: list[list[Step]]
    expected: dict[str, Any]


def read(path: Path) -> Iterator[Dialogue]:
    """Every record of the file. ValueError names the line that cannot be read."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield _parse(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: {error!r}") from error


def _parse(raw: dict[str, Any]) -> Dialogue:
    context = raw["context"]
    return Dialogue(
        id=raw["id"],
        domain=raw["domain"],
        language=raw.get("language", ""),
        country=context["country"],
        currency=context["currency"],
        timezone=context["timezone"],
        starts_at=datetime.fromisoformat(context["reference_datetime"]),
        bursts=[[Step.parse(step) for step in burst] for burst in raw["turns"]],
        expected=raw.get("expected", {}),
    )
