"""Explicit claims: what each line says about the slots whatever was asked."""

from __future__ import annotations

from collections.abc import Callable

from agent.brains.scripted_exchanges import ExchangeReader
from agent.brains.scripted_figures import FigureReader
from agent.brains.scripted_lines import Claim, Line
from agent.brains.scripted_words import WordReader


class Reader(ExchangeReader, FigureReader, WordReader):
    """One reader for each kind of fact; each leaves less of the line for the next."""

    def read(self, line: Line) -> list[Claim]:
        readers: tuple[Callable[[Line], list[Claim]], ...] = (
            self.contacts, self.organisations, self.names, self.dates, self.horizons,
            self.counts, self.terms, self.exchanged, self.money, self.choices, self.places,
            self.announced,
        )  # fmt: skip
        return [claim for reader in readers for claim in reader(line)]
