"""Cities, quarters and regions, from the words around them and from the country's own place names."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.brains.protocol import Context
from agent.parsers.found import BLANK, Found, clean, fold
from agent.parsers.lexicons import common_words, companies, famous_places, first_names, places_anywhere, towns
from agent.parsers.negation import is_negated
from agent.parsers.place_capture import PARTICLES, TOKEN, capture, longest_known
from agent.parsers.place_states import beside_states, without_state
from agent.parsers.place_words import (
    AREA,
    DESCRIBED,
    FOR_NOW,
    GOVERNED,
    HOME,
    LEADING,
    LIVING,
    LOOSE,
    MERELY_NAMED,
    OR,
    OWN_COUNTRY,
    WHERE,
)

FEW = 2
# Shorter names of other countries' cities are everyday words somewhere
SHORTEST_ABROAD = 4


def parse(text: str, context: Context, language: str) -> list[Found]:
    """Places said with a cue or known by name, the most telling first; joined where they touch."""
    text = clean(text)
    folded = fold(text)
    found = [_after_cue(text, folded, match, context, firm=True) for match in HOME.finditer(folded)]
    found += [
        _after_cue(text, folded, match, context, firm=False)
        for match in LEADING.finditer(folded)
        # "a Chase mortgage", "ya no renuevan": to English ears an article, to Spanish ones a refusal
        if (language, match[0].split()[0]) not in {("en", "a"), ("es", "no")}
    ]
    found += _famous(text, folded, context)
    found += beside_states(text) if context.country == "BR" else []
    named = [
        place
        for place in found
        if place
        and not is_of_another_kind(folded, place)
        and fold(place.quote) not in OWN_COUNTRY.get(context.country, ())
    ]
    places: list[Found] = []
    # The longest first: "São José dos Campos" and not the "Campos" in it
    for item in sorted(named, key=lambda place: place.start - place.end):
        if not any(item.overlaps(other) for other in places):
            places.append(item)
    return [_with_alternative(text, folded, place, context) for place in _joined(text, places)]


def bare(segment: str, context: Context, pending: bool) -> Found | None:
    """A segment that is nothing but a place; unknown names pass only as the answer to the question."""
    text = clean(segment)
    folded = fold(text)
    start = len(text) - len(text.lstrip(" .,;:-"))
    lead = LEADING.match(folded, start)
    start = lead.end() if lead and capture(text, folded, lead.end(), context, True) else start
    captured = capture(text, folded, start, context, trusted=pending)
    if captured is None or is_of_another_kind(folded, captured):
        return None
    rest = re.findall(r"\w+", text[captured.end :].replace(BLANK, " "))
    if rest and not (
        pending and len(rest) <= FEW and is_known(captured.quote, context) and not described(text)
    ):
        return None
    return captured if pending or is_known(captured.quote, context) else None


def is_home(folded: str, place: Found) -> bool:
    """Whether the client says to be there: "two weeks in Portugal, we live in Cardiff"."""
    return any(match.end() == place.start for match in LIVING.finditer(folded[: place.start]))


def described(text: str) -> Found | None:
    """An area in everyday words, for who was just asked where: "downtown please", "perto do metrô"."""
    match = DESCRIBED.search(fold(text))
    if match is None or is_negated(fold(text), match.start(), ""):
        return None
    quote = text[match.start() : match.end()]
    return Found(quote, quote, match.start(), match.end(), explicit=False)


def is_known(name: str, context: Context) -> bool:
    """Whether the country has a place of this name; "City - ST" counts by its first part."""
    plain = without_state(name).strip(" .")
    return (
        plain in famous_places(context.country)
        or plain in towns(context.country)
        or bool(AREA.match(fold(name)))
    )


def is_famous(name: str, context: Context) -> bool:
    """Whether everybody in the country knows the place."""
    return without_state(name).strip(" .") in famous_places(context.country)


def _after_cue(text: str, folded: str, match: re.Match[str], context: Context, firm: bool) -> Found | None:
    captured = capture(text, folded, match.end(), context, trusted=firm)
    if captured is None:
        return None
    typed_as_name = text[captured.start].isupper() and not text.isupper()
    known = is_known(captured.quote, context)
    if firm and not (FOR_NOW.search(match[0]) and not known):
        return captured
    if match[0].split()[0] in LOOSE:
        famous = fold(captured.quote) in famous_places(context.country)
        return captured if famous or (known and typed_as_name) else None
    if known or _is_famous_abroad(captured.quote):
        return captured
    if is_merely_named(folded, captured.start) or (captured.quote.isupper() and not text.isupper()):
        return None
    unsure = typed_as_name or _is_flat_place(text, folded, match, captured)
    return replace(captured, explicit=False) if unsure else None


def is_of_another_kind(folded: str, place: Found) -> bool:
    """A company's name, or the name of something else that is called after a place."""
    return fold(place.quote) in companies() or bool(GOVERNED.search(folded[: place.start]))


def is_merely_named(folded: str, start: int) -> bool:
    """ "vi no Xyz", "I work for Xyz": the clause tells something else than where."""
    return bool(MERELY_NAMED.search(folded[:start]))


def _is_flat_place(text: str, folded: str, match: re.Match[str], captured: Found) -> bool:
    """ "shop for lease in fitzroy", all in one case: an unknown word that ends the clause."""
    flat = text.isupper() or text.islower()
    ends = re.match(r"\s*(?:[.,;:!?\n]|$|q |que |por |for |ate |hasta |up to )", folded[captured.end :])
    words = fold(captured.quote).split()
    unknown = all(len(word) >= SHORTEST_ABROAD and word not in common_words() for word in words)
    return flat and bool(ends) and unknown and match[0].split()[0] in WHERE


def _is_famous_abroad(quote: str) -> bool:
    """ "en palermo" said to a company in another country."""
    return len(quote) >= SHORTEST_ABROAD and fold(quote) in places_anywhere() - first_names() - common_words()


def _famous(text: str, folded: str, context: Context) -> list[Found]:
    """Well-known names need no cue, wherever they stand."""
    found = []
    for match in TOKEN.finditer(folded):
        known = longest_known(text, folded, match.start(), context)
        if known and _needs_no_cue(known.quote, context):
            found.append(known)
    return found


def _needs_no_cue(quote: str, context: Context) -> bool:
    name = without_state(quote)
    # "SP", "BH", "RJ" in capitals alone: "sp" and "rj" may be part of anything
    if len(name) <= 3:
        return quote.isupper()
    famous = name in famous_places(context.country)
    ordinary = name in common_words() or name in first_names()
    town = quote[0].isupper() and " " in name and name in towns(context.country)
    return (famous and not ordinary) or (
        town and (name.split()[0] not in first_names() or name.split()[1] in PARTICLES)
    )


def _joined(text: str, places: list[Found]) -> list[Found]:
    """ "Jardim Europa, Bauru" is one answer."""
    joined: list[Found] = []
    for item in sorted(places, key=lambda place: place.start):
        last = joined[-1] if joined else None
        gap = text[last.end : item.start] if last else ""
        if last and re.fullmatch(
            r"\s*(?:,|-|/|em|en|in|no|na|de|do|da|ou|or|o)?\s*(?:em|en|in|no|na)?\s*", gap, re.I
        ):
            quote = text[last.start : item.end]
            joined[-1] = Found(quote, quote, last.start, item.end)
        else:
            joined.append(item)
    return joined


def _with_alternative(text: str, folded: str, place: Found, context: Context) -> Found:
    """ "Guarujá ou Bertioga" is one answer, too; the second place needs no cue of its own."""
    joint = OR.match(folded, place.end)
    other = capture(text, folded, joint.end(), context, trusted=False) if joint else None
    if other is None or not is_known(other.quote, context) or is_of_another_kind(folded, other):
        return place
    quote = text[place.start : other.end]
    return replace(place, value=quote, quote=quote, end=other.end)
