"""One number, added up while its words are read from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.parsers.number_words import ARTICLES


@dataclass(frozen=True)
class Number:
    """`scale` is the multiplier that was said ("mil" is 1000); `article`: it may be just "a"."""

    value: float
    start: int
    end: int
    scale: float = 1
    in_words: bool = False
    article: bool = False


@dataclass
class Tally:
    """Adds up one number while its words are read from left to right."""

    total: float = 0
    group: float | None = None
    scale: float = 1
    start: int = -1
    end: int = -1
    digits: int = 0
    last_factor: float = 1
    words: list[str] | None = None

    @property
    def started(self) -> bool:
        return self.start >= 0

    def take(self, amount: float, token: re.Match[str]) -> None:
        self.group = (self.group or 0) + amount
        self._mark(token)

    def multiply(self, factor: float, token: re.Match[str]) -> None:
        self.total += (self.group if self.group is not None else 1) * factor
        self.group = None
        self.scale = max(self.scale, factor)
        self.last_factor = factor
        self._mark(token)

    def _mark(self, token: re.Match[str]) -> None:
        self.start = token.start() if self.start < 0 else self.start
        self.end = token.end()
        self.words = [*(self.words or []), token[0]]

    def number(self) -> Number:
        """After millions a bare tail of hundreds means thousands: "un millón doscientos"."""
        words = self.words or []
        group = self.group or 0
        group *= 1e3 if self.total >= 1e6 and 100 <= group < 1000 and self.last_factor == 1e6 else 1
        return Number(
            value=self.total + group,
            start=self.start,
            end=self.end,
            scale=self.scale,
            in_words=not self.digits,
            article=len(words) == 1 and words[0] in ARTICLES,
        )
