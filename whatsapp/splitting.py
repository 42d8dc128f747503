"""Long text in pieces that WhatsApp takes, cut where a sentence ends."""

import re
import unicodedata

# Twilio's for a body: error 21617 beyond it. Meta takes 4,096, but one text is cut alike on both wires
LIMIT = 1600
# Where a cut hurts least, best first: paragraph, line, sentence, comma, word.
# "1.200,00" is not cut, having no space after its marks
BREAKS = [re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"(?<=[.!?…;:])\s+", r"(?<=,)\s+", r"\s+")]
# What is shown as one with the character before it: joiners, variants, skin tones, tags (Unicode's TR51 on emoji)
JOINER, CLINGS = "\u200d", re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))


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
    # Rather a short piece than half an address, which nobody can open
    return ends[-1] if ends else _between_signs(text, most)


def _between_signs(text: str, most: int) -> int:
    """The last place up to there where no family, flag or accent is cut in two; `most` where there is none."""
    return next((place for place in range(most, 0, -1) if not _cuts_a_sign(text, place)), most)


def _cuts_a_sign(text: str, place: int) -> bool:
    before, after = text[:place], text[place]
    if before.endswith(JOINER) or CLINGS.match(after) or unicodedata.combining(after):
        return True
    # A flag is two letters: after an odd number of them comes the second half of one
    return after in FLAG_LETTERS and (len(before) - len(before.rstrip(FLAG_LETTERS))) % 2 == 1


def _characters_within(text: str, limit: int) -> int:
    used = 0
    for index, character in enumerate(text):
        # Counted by characters, so that no emoji is cut in two halves
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            return index
    return len(text)
