"""Which option the client means, by labels and synonyms in any language of the playbook."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from agent.brains.protocol import Choice, Context, Question
from agent.parsers import clock, horizons
from agent.parsers.found import WORD, Found, clean, fold, phrase_pattern
from agent.parsers.lexicons import common_words
from agent.parsers.negation import is_negated, is_unsuited
from agent.parsers.spelling import is_slip

SHORTEST_LABEL = 4
# Shorter words lose too much: "casa" and "caso" would be one
SHORTEST_STEM = 5
HINT = "~"
WHOLE = "="
# Diminutives and augmentatives: "casinha", "tardecita", "casona"
SMALL = re.compile(r"(?:z?inh[oa]|z?it[oa]|[ec]+it[oa]|zinh[oa]|zao|ona)$")
# What stands between two pauses
PIECE = re.compile(
    r"(?:(?<=^)|(?<=[,.;!?\n] )|(?<=[,.;!?\n]))\w(?:[^,.;!?\n]*\w)?(?=[^\w,.;!?\n]*(?:[,.;!?\n]|$))"
)
OR = re.compile(r"(?<!\w)(?:ou|o|u|or|vs)(?!\w)")
ALTERNATIVE = re.compile(
    r"\s*(?:,?\s*(?:ou|o|u|or|vs\.?|versus)|/)\s*(?:(?:fully|totally|completely|totalmente|completamente|100%|"
    r"todo|tudo|all|so|solo|only)\s+)?(?:(?:um|uma|un|una|a|an|em|en|de|a|in|so|el|la|o|os)\s+)?"
)


def parse(text: str, context: Context, language: str, question: Question) -> list[Found]:
    """The keys the client affirms, in the order of the text. Refused options are left out."""
    text = clean(text)
    folded = fold(text)
    found = (
        # From plain words to mere hints, each only where the one before found nothing
        _matches(text, folded, question) or _slips(text, folded, question) or _hints(text, folded, question)
    )
    if (
        len(found) > 1
        and fold(found[0].quote) == "manana"
        and any(choice.hours for choice in question.choices)
    ):
        # "mañana por la tarde": the first word is tomorrow.
        found = found[1:]
    affirmed = []
    after = 0
    for item in found:
        if not is_negated(folded, item.start, language, after) and not is_unsuited(folded, item.end):
            affirmed.append(item)
        after = item.end
    # Only of two: with three, refusing one chooses nothing
    if not affirmed and len(question.choices) == 2:
        affirmed = [_opposite(question, item) for item in found[:1]]
    if not affirmed:
        affirmed = clock.parse(text, question.choices)
    if question.is_horizon:
        affirmed += horizons.parse(text, context, question.choices)
    return affirmed


def by_stem(text: str, language: str, question: Question) -> list[Found]:
    """The one option whose words share their stem with a word of the text: "lojinha", "cedinho", "tardecita"."""
    folded = fold(clean(text))
    stems = {
        form: choice.key
        for choice in question.choices
        for word in _single_words(question, choice)
        for form in (stem(word), word.rstrip("aeiou"))
    }
    found = [
        Found(stems[stem(match[0])], text[match.start() : match.end()], *match.span(), explicit=False)
        for match in WORD.finditer(folded)
        if len(match[0]) >= SHORTEST_LABEL
        and stem(match[0]) in stems
        and not is_negated(folded, match.start(), language)
        and not is_unsuited(folded, match.end())
    ]
    # Two options with the same stem: neither
    return found if len({item.value for item in found}) == 1 else []


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The word without what makes it small or plural and without its last vowel."""
    plain = SMALL.sub("", word.removesuffix("s"))
    small = plain != word.removesuffix("s")
    return plain.rstrip("aeiou") if small or len(plain) > SHORTEST_STEM else plain


def _single_words(question: Question, choice: Choice) -> list[str]:
    return [
        phrase for phrase in phrases(question, choice) if phrase.isalpha() and len(phrase) >= SHORTEST_LABEL
    ]


def is_open_alternative(text: str, found: list[Found]) -> bool:
    """ "casa ou apartamento": two different options joined by "or" settle nothing."""
    folded = fold(clean(text))
    pairs = itertools.pairwise(found)
    return any(
        left.value != right.value and ALTERNATIVE.fullmatch(folded[left.end : right.start])
        for left, right in pairs
    )


def is_offered_pair(text: str, found: list[Found]) -> bool:
    """Two options with "or" somewhere between them: in a question that chooses neither."""
    folded = fold(clean(text))
    return any(
        left.value != right.value and OR.search(folded[left.end : right.start])
        for left, right in itertools.pairwise(found)
    )


def settled_later(text: str, found: list[Found]) -> Found | None:
    """ "online ou presencial? … presencial vai": of two alternatives the one that is said again."""
    if not is_open_alternative(text, found[:2]):
        return None
    offered = {item.value for item in found[:2]}
    again = [item for item in found[2:] if item.value in offered]
    return again[-1] if again else None


def _opposite(question: Question, item: Found) -> Found:
    """Between two options, refusing one chooses the other: "não zero" is used."""
    other = next(choice.key for choice in question.choices if choice.key != item.value)
    return Found(other, item.quote, item.start, item.end)


def refused(text: str, language: str, question: Question) -> set[str]:
    """The keys the client says no to."""
    folded = fold(clean(text))
    found = _matches(text, folded, question)
    # As in `parse`: "not buying, renting" refuses the first alone
    ends = [0, *(item.end for item in found)]
    return {
        item.value
        for item, after in zip(found, ends, strict=False)
        if is_negated(folded, item.start, language, after)
    }


def _matches(text: str, folded: str, question: Question) -> list[Found]:
    found: list[Found] = []
    for phrase_length, item in sorted(_candidates(text, folded, question), key=lambda pair: -pair[0]):
        if phrase_length and not any(item.overlaps(other) for other in found):
            found.append(item)
    return sorted(found, key=lambda item: item.start)


def _candidates(text: str, folded: str, question: Question) -> list[tuple[int, Found]]:
    alone = [
        (piece.end() - piece.start(), Found(choice.key, text[piece.start() : piece.end()], *piece.span()))
        for piece in PIECE.finditer(folded)
        for choice in question.choices
        if f"{WHOLE}{piece[0]}" in phrases(question, choice)
    ]
    return alone + [
        (match.end() - match.start(), Found(choice.key, text[match.start() : match.end()], *match.span()))
        for choice in question.choices
        for match in phrase_pattern(phrases(question, choice)).finditer(folded)
    ]


def _slips(text: str, folded: str, question: Question) -> list[Found]:
    return [
        Found(choice.key, text[match.start() : match.end()], *match.span())
        for match in WORD.finditer(folded)
        # An everyday word is itself and no slip of another
        if len(match[0]) >= 6 and match[0] not in common_words()
        for choice in question.choices
        if any(is_slip(match[0], word) for word in long_words(question, choice))
    ]


def _hints(text: str, folded: str, question: Question) -> list[Found]:
    """Words that only suggest the option, such as a car's model for the type of insurance."""
    return [
        Found(choice.key, text[match.start() : match.end()], *match.span(), explicit=False)
        for choice in question.choices
        for match in phrase_pattern(_suggesting(phrases(question, choice))).finditer(folded)
    ]


@lru_cache(maxsize=512)
def _suggesting(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(phrase[1:] for phrase in phrases if phrase.startswith(HINT))


def phrases(question: Question, choice: Choice) -> tuple[str, ...]:
    """Labels such as "no" or "now" are everyday words: short ones and those of horizons do not count."""
    usable = () if question.is_horizon else tuple(choice.labels.values())
    return _phrases(usable, tuple(word for words in choice.synonyms.values() for word in words))


@lru_cache(maxsize=2048)
def _phrases(labels: tuple[str, ...], synonyms: tuple[str, ...]) -> tuple[str, ...]:
    longer = (label for label in labels if len(label) >= SHORTEST_LABEL)
    return tuple(dict.fromkeys(fold(phrase) for phrase in (*longer, *synonyms)))


def long_words(question: Question, choice: Choice) -> list[str]:
    return [phrase for phrase in phrases(question, choice) if len(phrase) >= 6 and phrase.isalpha()]
