"""Long text in pieces that WhatsApp takes, cut where a sentence ends."""

import re

# Twilio's for a body: error 21617 beyond it. Meta takes 4,096, but one text is cut alike on both wires
LIMIT = 1600
# Where a cut hurts least, best first: paragraph, line, sentence, comma, word.
# "1.200,00" is not cut, having no space after its marks
BREAKS = [re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"(?<=[.!?…;:])\s+", r"(?<=,)\s+", r"\s+")]


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Pieces of at most `limit` units; nothing but white space at the cuts is lost. Empty text: no piece."""
    pieces, rest = [], text.strip()
    while rest:
        piece = rest if length(rest) <= limit else rest[: _cut(rest, limit)]
        pieces.append(piece.rstrip())
        rest = rest[len(piece) :].lstrip()
    return pieces


def length(text: str) -> int:
    """As Twilio counts: UTF-16 units, so that an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, limit: int) -> int:
    """How many characters the first piece takes; not less than half the limit for the sake of a nicer cut."""
    most = _characters_within(text, limit)
    for pattern in BREAKS:
        ends = [match.start() for match in pattern.finditer(text, 0, most + 1) if match.start() <= most]
        if ends and ends[-1] >= most // 2:
            return ends[-1]
    return most


def _characters_within(text: str, limit: int) -> int:
    used = 0
    for index, character in enumerate(text):
        # Counted by characters, so that no emoji is cut in two halves
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            return index
    return len(text)
