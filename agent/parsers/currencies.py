"""Which currency the client's words name, and whether it is another than the organisation's own."""

from __future__ import annotations

import re

from agent.parsers.found import clean, fold

DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD"})
PESOS = frozenset({"MXN", "COP", "ARS", "CLP", "UYU"})
# The longer signs first: "us$" and "r$" hold a "$"
WORDS = (
    (r"€|eur|euros?", frozenset({"EUR"})),
    (r"us ?\$|u\$s|u\$d|usd", frozenset({"USD"})),
    (r"r\$|rs\$|brl|reais", frozenset({"BRL"})),
    (r"£|gbp|pounds?|quid|libras?(?: esterlinas?)?", frozenset({"GBP"})),
    (r"s/\.?|pen|soles", frozenset({"PEN"})),
    (r"mxn", frozenset({"MXN"})),
    (r"cop", frozenset({"COP"})),
    (r"ars", frozenset({"ARS"})),
    (r"clp", frozenset({"CLP"})),
    (r"dolar(?:es)?|dollars?|bucks", DOLLARS),
    (r"pesos?", PESOS),
    (r"\$", DOLLARS | PESOS),
)
# "300k€": the sign may stand at the thousands
BEGINS = r"(?:(?<![^\W\d])|(?<=\dk)|(?<=\dm)|(?<=mil)|(?<=mm))"
NAMED = re.compile(
    "|".join(rf"(?P<c{i}>{BEGINS}(?:{words})(?![^\W\d]))" for i, (words, _) in enumerate(WORDS))
)
SIGN = re.compile("|".join(f"(?P<c{i}>{words})" for i, (words, _) in enumerate(WORDS)))


def named(quote: str) -> str:
    """The client's own word for the currency, if there is one."""
    text = clean(quote)
    word = _surest(text)
    return text[word.start() : word.end()] if word else ""


def foreign(quote: str, own: str, language: str = "") -> str:
    """The client's word for a currency that `own`, such as "R$", cannot mean; '' where there is none.

    Where no own currency is known, none is foreign.
    """
    word, ours = _surest(clean(quote)), SIGN.search(fold(own))
    # Brazilians leave the R of "R$" out
    if word is None or ours is None or (word[0] == "$" and language == "pt-BR"):
        return ""
    return "" if _meant(word) & _meant(ours) else named(quote)


def _surest(text: str) -> re.Match[str] | None:
    """ "$20,000 USD": of two words the one that can mean fewer currencies."""
    return min(NAMED.finditer(fold(text)), key=lambda word: len(_meant(word)), default=None)


def _meant(match: re.Match[str]) -> frozenset[str]:
    return WORDS[int(str(match.lastgroup)[1:])][1]
