"""The state, province or country that people add to a town: "Bauru - SP", "Ipatinga mg", "Athens, Georgia"."""

from __future__ import annotations

import re

from agent.parsers.found import Found, fold, phrase_pattern
from agent.parsers.lexicons import regions

# "Bauru - SP", "Bauru/SP", "Bauru (SP)"; the letters must be capitals, or "Bauru, eu e ele" had one
STATE = re.compile(r"\s*(?:-|/|,|\()\s*(?:[a-z]{2})(?![\w])\)?")
# "Bauru SP", "Austin TX": without a separator two capitals must be a state's
SPACED_STATE = re.compile(
    r"\s+(?:A[BCKLMPRZ]|B[AC]|C[AEOT]|D[CEF]|ES|F[L]|G[AO]|HI|I[ADLN]|K[SY]|LA|M[ABDEGINOST]|N[BCDEHJLMSTUVY]|"
    r"O[HKNR]|"
    r"P[AEIRB]|QC|QLD|R[IJNORS]|S[CDEKP]|T[NOX]|UT|V[AIT]|VIC|W[AIVY]|NSW)(?!\w)"
)
REGION = re.compile(rf"\s*(?:,|-|/|\(|\s)\s*{phrase_pattern(regions()).pattern}\)?")
# "Ipatinga mg" at the end of a clause; not the two letters that are words: "Austin in", "Palmas to"
LOWER_STATE = re.compile(
    r"\s+(?!(?:to|se|es|am|al|ma|pa|in|or|me|ok|hi|la|de|co|no|na|mi|id|oh|pe)(?!\w))[a-z]{2}\s*(?=[.,;:!?\n]|$)"
)


STATES_OF_BRAZIL = "AC|AL|AP|AM|BA|CE|DF|ES|GO|MA|MT|MS|MG|PA|PB|PR|PE|PI|RJ|RN|RS|RO|RR|SC|SP|SE|TO"
# "Marília - SP": also a town that is called like a person
BESIDE_STATE = re.compile(
    r"(?<!\w)[A-ZÀ-Þ][^\W\d_]+(?:[ '](?:d[aeo]s? )?[A-ZÀ-Þ][^\W\d_]+){0,3}"
    rf"\s?[-–/(]\s?(?:{STATES_OF_BRAZIL})(?!\w)\)?"
)


def beside_states(text: str) -> list[Found]:
    return [Found(match[0], match[0], *match.span()) for match in BESIDE_STATE.finditer(text)]


def without_state(quote: str) -> str:
    """ "Caruaru - PE" and "Caruaru PE" are Caruaru, folded."""
    state = re.search(
        rf"{SPACED_STATE.pattern}$", quote.upper() if quote.islower() or LOWER_STATE.search(quote) else quote
    )
    plain = re.split(r"\s*[-/,(]\s*", fold(quote[: state.start()] if state else quote))[0]
    region = re.search(rf"{REGION.pattern}$", plain)
    return plain[: region.start()] if region and region.start() else plain


def with_state(text: str, folded: str, start: int, end: int) -> Found:
    flat = text.isupper() or text.islower() or bool(LOWER_STATE.match(text, end))
    spaced = SPACED_STATE.match(text.upper() if flat else text, end)
    state = STATE.match(folded, end) or spaced
    suffix = text[end : state.end()] if state else ""
    shouted = text.isupper() and "," in suffix
    region = REGION.match(folded, end)
    if region:
        return Found(text[start : region.end()], text[start : region.end()], start, region.end())
    if state and (suffix.strip(" -/,()").isupper() or (flat and spaced)) and not shouted:
        # The state is a part of the answer: many towns of Brazil and the US share their names
        end = state.end()
    return Found(text[start:end], text[start:end], start, end)
