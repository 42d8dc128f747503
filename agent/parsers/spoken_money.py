"""Amounts as they are said where one was asked for: "three fifty", "the mid 400s"."""

from __future__ import annotations

import re

from agent.brains.protocol import Context
from agent.parsers.found import Found, clean, fold
from agent.parsers.money_words import (
    HUNDRED,
    JOINT,
    OTHER_UNITS,
    PART_OF_HUNDRED,
    PARTS,
    REFUSED,
    SPOKEN,
    SPOKEN_HUNDREDS,
)
from agent.parsers.number_words import UNITS


def asked(text: str, context: Context) -> Found | None:
    """An amount where one was asked for: "three fifty", "the mid 400s"."""
    folded = fold(clean(text))
    if SPOKEN.search(folded):
        return _spoken(text, folded)
    part = PART_OF_HUNDRED.search(folded)
    if part is None:
        return None
    low = int(part["low"]) + PARTS.get(part["part"] or "", 0)
    high = low if part["part"] else low + HUNDRED - 1
    return Found({"min": low, "max": high}, text[part.start() : part.end()], *part.span(), False)


def _spoken(text: str, folded: str) -> Found | None:
    """The one amount said in words, or the two ends of a range; several others answer nothing."""
    said = [match for match in SPOKEN_HUNDREDS.finditer(folded) if _is_spoken_amount(folded, match)]
    # Digits beside the words name the amount better than they do
    if not said or len(said) > 2 or re.search(r"\d", folded):
        return None
    first, last = said[0], said[-1]
    low, high = _spoken_value(first), _spoken_value(last)
    if len(said) == 2 and not (low < high and JOINT.match(folded[first.end() : last.start()])):
        return None
    start, end = first.start(), last.end()
    return Found({"min": low, "max": high}, text[start:end], start, end, False)


def _is_spoken_amount(folded: str, match: re.Match[str]) -> bool:
    """Neither refused ("not three fifty") nor a count of something ("two twenty year old kids")."""
    counted = OTHER_UNITS.match(folded[match.end() :].lstrip(" -"))
    return not counted and not REFUSED.search(folded[: match.start()])


def _spoken_value(match: re.Match[str]) -> int:
    return (
        HUNDRED * UNITS[match["hundreds"]]
        + UNITS.get(match["tens"] or "", 0)
        + UNITS.get(match["units"] or "", 0)
    )


def is_misread(text: str, item: Found) -> bool:
    """Whether the figure is a part of words such as "two twenty", which name no amount here."""
    folded = fold(clean(text))
    return any(item.start < match.end() and match.start() < item.end for match in SPOKEN.finditer(folded))
