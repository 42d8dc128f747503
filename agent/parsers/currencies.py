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
NAMED = re.compile(
    "|".join(rf"(?P<c{i}>(?<![^\W\d])(?:{words})(?![^\W\d]))" for i, (words, _) in enumerate(WORDS))
)
SIGN = re.compile("|".join(f"(?P<c{i}>{words})" for i, (words, _) in enumerate(WORDS)))


def named(quote: str) -> str:
    """The client's own word for the currency, if there is one."""
    text = clean(quote)
    match = NAMED.search(fold(text))
    return text[match.start() : match.end()] if match else ""


def foreign(quote: str, own: str, language: str = "") -> str:
    """The client's word for a currency that `own`, such as "R$", cannot mean; '' where there is none.

    Where no own currency is known, none is foreign.
    """
    text = clean(quote)
    match, ours = NAMED.search(fold(text)), SIGN.search(fold(own))
    # Brazilians leave the R of "R$" out
    if match is None or ours is None or (match[0] == "$" and language == "pt-BR"):
        return ""
    return "" if _meant(match) & _meant(ours) else text[match.start() : match.end()]


def _meant(match: re.Match[str]) -> frozenset[str]:
    return WORDS[int(str(match.lastgroup)[1:])][1]
