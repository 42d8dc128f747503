"""What a parser found and where. Offsets always refer to the client's own text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

# No client types it, PostgreSQL could not store it, and no letter or word in a pattern matches it
BLANK = "\x00"


@dataclass(frozen=True)
class Found:
    """`explicit`: the words alone say what the value is, whatever question was asked."""

    value: Any
    quote: str
    start: int
    end: int
    explicit: bool = True

    def overlaps(self, other: Found) -> bool:
        return self.start < other.end and other.start < self.end


def clean(text: str) -> str:
    """One code point for each letter, straight quotes, plain spaces: the form every parser expects."""
    # "é" may come as one code point or as two; composed, every letter folds to one
    composed = unicodedata.normalize("NFC", text)
    return composed.translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"', 0xA0: " ", 0x202F: " "})


def fold(text: str) -> str:
    """Lower case without accents, of the same length as `text`, so that offsets stay valid."""
    # Most of what is folded, the playbook's own words too, has nothing to take off
    return text.lower() if text.isascii() else "".join(map(_fold_letter, text))


@cache
def _fold_letter(letter: str) -> str:
    # "İ" becomes two code points, "½" three: only the first is kept, or all offsets after it would be wrong
    lowered = unicodedata.normalize("NFKD", letter.lower())
    base = next((part for part in lowered if not unicodedata.combining(part)), letter)
    return base if len(base) == 1 else letter


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with the given spans made unreadable; nothing moves."""
    for start, end in spans:
        text = text[:start] + BLANK * (end - start) + text[end:]
    return text


@cache
def phrase_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the phrases as whole words, in folded text, the longest first. An apostrophe may be missing."""
    # An alternation takes the first that matches: with "até" before "até uns" the longer is never read
    ordered = sorted({fold(phrase.strip()) for phrase in phrases if phrase.strip()}, key=len, reverse=True)
    alternatives = "|".join(_flexible(phrase) for phrase in ordered) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _flexible(phrase: str) -> str:
    escaped = re.escape(phrase).replace("'", "'?")
    # People put commas into phrases: "no, máximo"
    return re.sub(r"\\ ", r"[\\s,]+", escaped)


WORD = re.compile(r"\w+(?:['&.-]\w+)*")


def words(text: str) -> list[str]:
    return WORD.findall(fold(text))
