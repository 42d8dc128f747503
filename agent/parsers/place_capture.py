"""The words of one place, taken from where it begins to where another thought does."""

from __future__ import annotations

import re

from agent.brains.protocol import Context
from agent.parsers.found import Found, fold
from agent.parsers.lexicons import common_words, famous_places, first_names, towns, word_set
from agent.parsers.names import CONTRACTED
from agent.parsers.place_states import with_state
from agent.parsers.place_words import AREA

TOKEN = re.compile(r"[^\W_]+(?:['.-][^\W_]+)*\.?")
FIRST_PARTS = word_set("place_first_words")
PARTICLES = word_set("particles_places")
NOT_A_PLACE = word_set("not_places")
LONGEST = 5


def capture(text: str, folded: str, start: int, context: Context, trusted: bool) -> Found | None:
    longest = longest_known(text, folded, start, context)
    if longest and not _goes_on(text, longest):
        return longest
    mixed_case = not (text.isupper() or text.islower())
    end = position = start
    count = 0
    while (match := TOKEN.match(text, position)) and count < LONGEST:
        plain = fold(match[0]).rstrip(".")
        if plain in PARTICLES and count:
            position = after_space(text, match.end())
            continue
        if _ends(plain, match[0], count, mixed_case and text[start].isupper(), trusted):
            break
        end = match.end()
        count += 1
        position = after_space(text, end)
        if position == end:
            break
    if not count:
        return None
    return with_state(text, folded, start, end)


def _goes_on(text: str, known: Found) -> bool:
    """ "Jardim" is a town, but "Jardim América" is the place that was said."""
    following = text[known.end :].lstrip(" ")
    head = AREA.match(f"{fold(known.quote)} x") and " " not in known.quote
    return bool(head) and following[:1].isupper() and not text.isupper()


def _ends(plain: str, word: str, count: int, needs_capital: bool, trusted: bool) -> bool:
    # "it's", "we're": the cue was followed by another sentence
    if "'" in plain and plain.split("'")[0] in CONTRACTED:
        return True
    if plain in NOT_A_PLACE or plain.isdigit() or (len(plain) < 3 and not count):
        return True
    if needs_capital and not count and plain in common_words() and not AREA.match(f"{plain} x"):
        return plain not in FIRST_PARTS
    if needs_capital:
        return not (word[0].isupper() or word[0].isdigit())
    common = plain in common_words() and not (count and AREA.match(f"{plain} x"))
    return (common and not AREA.match(f"{plain} x")) or (count > 0 and plain in first_names())


def longest_known(text: str, folded: str, start: int, context: Context) -> Found | None:
    """The longest run of up to five words from `start` that the country knows."""
    position = start
    best = None
    for _ in range(LONGEST):
        match = TOKEN.match(folded, position)
        if not match:
            break
        name = folded[start : match.end()].rstrip(".")
        if name not in NOT_A_PLACE and (
            name in famous_places(context.country)
            or (name in towns(context.country) and name not in first_names())
        ):
            best = start + len(name)
        position = after_space(folded, match.end())
        if position == match.end():
            break
    return with_state(text, folded, start, best) if best else None


def after_space(text: str, position: int) -> int:
    while position < len(text) and text[position] == " ":
        position += 1
    return position
