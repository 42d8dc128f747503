"""The client's own name: never the profile's, never that of somebody the client talks about."""

from __future__ import annotations

import re

from agent.brains.protocol import Context
from agent.parsers.found import Found, clean, fold
from agent.parsers.lexicons import common_words, companies, first_names, word_set
from agent.parsers.name_words import (
    A_THING,
    AFTER,
    CASUAL,
    COMPANION,
    DEALT_WITH,
    FROM,
    OPENING,
    OPENS,
    OTHER_PERSON,
    POLITE,
    REFUSED,
    REFUSED_AFTER,
    STRONG,
    WEAK,
    WHO_ACTS,
)
from agent.parsers.number_words import UNITS

PARTICLES = frozenset(
    {"da", "de", "do", "dos", "das", "e", "del", "la", "las", "los", "y", "van", "von", "di", "o'"}
)
TITLES = re.compile(
    r"^(?:sr|sra|dr|dra|mr|mrs|ms|dona|don|doña|seu|ing|lic|prof|professor|profa|pastor|rev|reverend)\.?\s+",
    re.I,
)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
SURNAMES = word_set("surnames_that_are_words")
CONTRACTED = word_set("contracted")
NOT_A_NAME = word_set("not_names") | companies()
# Endings of verbs, trades and origins: "procurando", "dentista", "paraense"
NOT_NAME_ENDINGS = (
    "ing", "ando", "endo", "indo", "iendo", "ado", "ada", "ido", "ida", "ante", "ente", "ista", "dor",
    "dora",
    "tor", "tora", "eiro", "eira", "ero", "ario", "aria", "ed", "ly", "logo", "loga", "ense", "ano", "ana",
    "ino", "ina",
)  # fmt: skip
# How much the words around it say: nothing, perhaps, a name follows
GUESSED, HINTED, CERTAIN = range(3)
LONGEST = 5


def parse(text: str, context: Context, language: str) -> list[Found]:
    """Names that are introduced: "me chamo…", "soy…", "this is…", "Ana aqui"."""
    text = clean(text)
    folded = fold(text)
    found = [_introduced(text, folded, match, CERTAIN) for match in STRONG.finditer(folded)]
    found += [_introduced(text, folded, match, HINTED) for match in WEAK.finditer(folded)]
    found += [_followed(text, folded, match) for match in AFTER.finditer(folded)]
    found += [_greeted(text, match) for match in FROM.finditer(text)]
    names = [item for item in found if item]
    return [item for index, item in enumerate(names) if not any(item.overlaps(o) for o in names[:index])]


def bare(segment: str, context: Context, pending: bool, alone: bool = False) -> Found | None:
    """A segment that is nothing but a name. Unknown words pass as the answer to the question, with
    capitals, or where they are all the client wrote (`alone`).
    """
    text = clean(segment)
    polite = POLITE.search(fold(text))
    text = text[: polite.start()] if polite else text
    text = _without_companion(text)
    opening = OPENING.match(fold(text)) if pending else None
    text = text[opening.end() :] if opening else text
    words = list(WORD.finditer(text))
    if not words or len(words) > LONGEST or re.search(r"\w", WORD.sub("", text)):
        return None
    trust = CERTAIN if pending else HINTED if alone and len(words) <= 3 else GUESSED
    captured = _capture(text, 0, trust)
    if captured is None and _is_pair(words):
        quote = text[words[0].start() : words[1].end()]
        return Found(quote, quote, words[0].start(), words[1].end())
    if captured is None or captured.end < words[-1].start():
        return None
    known = fold(words[0][0]).rstrip(".") in first_names()
    capitalised = all(word[0][0].isupper() or fold(word[0]) in PARTICLES for word in words)
    # All in capitals says nothing: the whole message may be shouted
    return captured if trust != GUESSED or known or (capitalised and not text.isupper()) else None


def _without_companion(text: str) -> str:
    """ "Wagner e a esposa Lu", "Morag and Hamish Sinclair": whoever is named first writes."""
    companion = COMPANION.search(fold(text))
    if companion is None:
        return text
    relative, other = companion["relative"], companion["other"]
    first = text.split()[0]
    # "hablé con Pedro" begins with no name
    named = fold(first) in first_names() or first[0].isupper()
    return text[: companion.start()] if named and (relative or (other or "") in first_names()) else text


def _is_pair(words: list[re.Match[str]]) -> bool:
    """ "Dale Cooper": two capitalised words, of which only the first is an everyday word too."""
    if len(words) != 2 or not all(word[0][0].isupper() and not word[0].isupper() for word in words):
        return False
    first, last = (fold(word[0]) for word in words)
    return first not in NOT_A_NAME and last not in common_words() | NOT_A_NAME


def belongs_to_other(folded: str, start: int) -> bool:
    """ "minha esposa Carla", "não me chamo Carla": somebody else, or nobody."""
    before = folded[:start]
    return any(pattern.search(before) for pattern in (OTHER_PERSON, REFUSED, DEALT_WITH))


def acts_for_client(folded: str, end: int) -> bool:
    """ "a Carla que decide": a name that the sentence goes on to speak of."""
    return bool(WHO_ACTS.match(folded, end))


def is_known(word: str) -> bool:
    return fold(word) in first_names()


def is_everyday(name: str) -> bool:
    """ "Luz" is a name, and so is what one pays for electricity."""
    return fold(name) in word_set("names_that_are_words")


def _introduced(text: str, folded: str, match: re.Match[str], trust: int) -> Found | None:
    before = folded[: match.start()]
    if OTHER_PERSON.search(before) or REFUSED.search(before) or REFUSED_AFTER.match(folded, match.end()):
        return None
    # "é pra eu e o Bruno": inside a sentence "e" is "and"
    if match[0].startswith(("e ", "eh ")) and not OPENS.search(before):
        return None
    captured = _capture(text, match.end(), trust)
    if captured is None or (trust != CERTAIN and A_THING.search(match[0])):
        return None
    if (
        trust != CERTAIN
        and match[0].split()[0] in CASUAL
        # Shouted, "E DURA QUANTO TEMPO?" looks like a full name
        and not (
            is_known(captured.quote.split()[0]) or (_is_full_name(captured.quote) and not text.isupper())
        )
    ):
        return None
    flat = text.isupper() or text.islower()
    if flat and trust == HINTED and not is_known(captured.quote.split()[0]):
        return captured if re.match(r"\s*(?:[.,;!?()\n-]|$)", text[captured.end :]) else None
    return captured


def _is_full_name(quote: str) -> bool:
    """Two capitalised words or more, as in "Wendell Price"."""
    return len(quote.split()) > 1 and all(
        word[0].isupper() for word in quote.split() if fold(word) not in PARTICLES
    )


def _greeted(text: str, match: re.Match[str]) -> Found | None:
    """ "Hiya, Priya from Nettle & Thyme": a given name that opens the message."""
    return (
        _capture(text[: match.end("name")], match.start("name"), GUESSED) if is_known(match["name"]) else None
    )


def _followed(text: str, folded: str, match: re.Match[str]) -> Found | None:
    """ "Marina aqui": the words right before, back to the start of the clause."""
    start = max((folded.rfind(sign, 0, match.start()) for sign in ".,;!?\n"), default=-1) + 1
    clause = text[start : match.start()]
    offset = start + len(clause) - len(clause.lstrip())
    clause = re.sub(
        r"^(?:oi|ola|hi|hello|hola|e|eh|es|it'?s)\s+(?:(?:o|a|la|el)\s+)?", "", fold(clause).strip()
    )
    words = clause.split()
    if not words or len(words) > 3 or not is_known(words[0]):
        return None
    begin = match.start() - len(clause)
    return _capture(text[: match.start()], max(offset, begin), GUESSED)


def _capture(text: str, start: int, trust: int) -> Found | None:
    """Takes name words from `start` on: a surname may be unknown, an everyday word ends the name."""
    title = TITLES.match(text[start:])
    start += title.end() if title else 0
    mixed_case = not (text.isupper() or text.islower())
    taken: list[re.Match[str]] = []
    position = start
    while match := WORD.match(text, position):
        if not _continues(match[0], taken, mixed_case, trust):
            break
        taken.append(match)
        gap = re.match(r"[ ]+", text[match.end() :])
        if not gap or len(taken) == LONGEST + 2:
            break
        position = match.end() + gap.end()
    while taken and fold(taken[-1][0]) in PARTICLES:
        taken.pop()
    if not taken:
        return None
    end = taken[-1].end() - (1 if taken[-1][0].endswith(".") and len(taken[-1][0]) > 3 else 0)
    quote = text[taken[0].start() : end].rstrip(".")
    return Found(_spelled(quote), quote, taken[0].start(), taken[0].start() + len(quote))


def _continues(word: str, taken: list[re.Match[str]], mixed_case: bool, trust: int) -> bool:
    plain = fold(word).rstrip(".")
    if plain in PARTICLES:
        # "Ana e Pedro" are two people; "e" joins surnames after three words: "Ana Maria Costa e Silva"
        return bool(taken) and (plain not in {"e", "y"} or len(taken) > 2)
    if "'" in plain and plain.split("'")[0] in CONTRACTED:
        return False
    surname = mixed_case and bool(taken) and taken[0][0][0].isupper() and word[0].isupper()
    # Behind a capitalised name anything with a capital is a surname: "Paula Machado", "Ana Casa Nova"
    if surname and not taken[-1][0].endswith("."):
        return True
    if taken and fold(taken[0][0]) in first_names() and plain in SURNAMES:
        return True
    if plain in NOT_A_NAME or plain in UNITS or (plain in common_words() and plain not in first_names()):
        return False
    known = plain in first_names()
    if not taken:
        likely = not mixed_case and len(plain) > 3 and not plain.endswith(NOT_NAME_ENDINGS)
        capitalised = word[0].isupper() and mixed_case
        return known or capitalised or (trust == CERTAIN and len(plain) > 1) or (trust == HINTED and likely)
    return not (mixed_case and taken[0][0][0].isupper() and not word[0].isupper())


def _spelled(quote: str) -> str:
    """ "ROGÉRIO SILVA" and "rogério silva" become "Rogério Silva"; "McKay" stays as typed."""
    # Mixed case was meant: "McKay", "DiCaprio", "de Souza"
    if not (quote.isupper() or quote.islower()):
        return quote
    words = [word if fold(word) in PARTICLES else word.capitalize() for word in quote.lower().split()]
    return " ".join(words)
