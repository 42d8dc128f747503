"""Names among other words: how people introduce themselves, and what stands beside an address in one text."""

import re

from leads.inference.first_names import is_first_name
from leads.inference.words import word_set

PARTICLES = word_set("da das de del di do dos e la las los van von y")
_REST = r"(?:[^\W\d_]|['\u2019-](?=[^\W\d_]))*"
_NAME = rf"([^\W\d_]{_REST}(?:\s+(?:(?:d[aeio]s?|del|las?|los|e|y|van|von)\s+){{0,2}}[A-ZÀ-Þ]{_REST}){{0,5}})"
# The introduction in any case, the name as it is written (`(?-i:…)`): "sou a
# favor" introduces nobody, and the first word in small letters ends a name
_INTRODUCED = re.compile(
    rf"(?:\b(?:me chamo|meu nome (?:é|e)|aqui (?:é|e|quem fala é)(?: [oa])?|sou [oa]|quem fala é(?: [oa])?"
    rf"|me llamo|mi nombre es|soy|my name is|my name's|this is|i am|i'm"
    rf"|(?:lead|contato|contacto|contact|mensagem|mensaje|message|inquiry|enquiry|consulta|pedido|formulário)"
    rf" (?:de|from|por|by))|\b(?:lead|contato|contacto):)\s+(?-i:{_NAME})",
    re.IGNORECASE,
)
# `CN=Ana Prado:mailto:ana@…` is how calendars name a guest (RFC 5545 3.2.2)
_ADDRESS = re.compile(r"[\w.+%-]+@[\w.-]+|\+?[\d(][\d\s().+/-]{6,}\d|https?://\S+|\bmailto\b|\bCN\b")
# Arrows, symbols and emoji stand for labels too
_SIGNS = re.compile(
    r"[;,|<>()\[\]:=/\"\u2013\u2014\u2022\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]|\s-\s|\s-$|^-\s"
)


def looks_like_full_name(text: str) -> bool:
    """Two to five capitalised words, and the little ones that go between."""
    words = [word for word in text.split() if word.lower() not in PARTICLES]
    return 2 <= len(words) <= 5 and all(
        word.replace("'", "").replace("-", "").isalpha() and word[0].isupper() and word[-1].islower()
        for word in words
    )


def introduced_in(text: str) -> str:
    """The name in `me chamo Ana Souza`, `new message from Mary Hill`; '' where nobody says theirs."""
    names = (match[1] for match in _INTRODUCED.finditer(text[:2_000]))
    return next((name for name in names if is_first_name(name) or looks_like_full_name(name)), "")


def name_beside_address(text: str) -> str:
    """The name in `Ana Souza - (11) 98765-4321 - ana@…` or in an address card's line; '' where there is none."""
    # Longer texts are messages: a name in them may be anybody's
    rest = _ADDRESS.sub(" ; ", text) if len(text) <= 200 else text
    if rest == text:
        return ""
    pieces = [piece.strip(" .-") for piece in _SIGNS.split(rest)]
    known = next(filter(is_first_name, pieces), "")
    return known or next(filter(looks_like_full_name, pieces), "")
