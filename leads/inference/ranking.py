"""The field that most likely holds what is looked for, and whose it is: the person's or somebody else's."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from leads.inference import vocabulary
from leads.inference.fields import Field
from leads.inference.words import only, plain

# More than a label that says a person and no name (30), less than a phone's look without any label (40)
ENOUGH = 35
# More than the best name, e-mail or phone of any look and label can have
_NEVER = -200

# A key that says nothing: what it is a part of does, as in `{city: {name: …}}`
_PART = only(
    "names?, nome, nombre, title, titulo, label, text, texto, body, answer, resposta, respuesta, content, input"
)
_ENVELOPE = only("inbound, reply, response, resposta, respuesta, answer, data, result, attributes")


@dataclass(frozen=True)
class Pick:
    """A value, and the fields that it was made of (none of them is anybody else's any more)."""

    value: str
    fields: tuple[Field, ...]


NOTHING = Pick("", ())


def best_of(fields: Iterable[Field], score: Callable[[Field], int]) -> Field | None:
    """The best field; where none is good enough, the envelopes around them are forgiven."""
    known = list(fields)
    return top_of(known, score) or top_of(known, lambda one: score(_out_of_envelopes(one)))


def top_of(fields: Iterable[Field], score: Callable[[Field], int]) -> Field | None:
    ranked = [
        (score(one), -len(one.context), -index, one)
        for index, one in enumerate(fields)
        if not isinstance(one.value, bool)
    ]
    top = max(ranked, default=None, key=lambda rank: rank[:3])
    return top[3] if top and top[0] >= ENOUGH else None


def _out_of_envelopes(one: Field) -> Field:
    """Without the names around it that are things; it still belongs to somebody else who is named."""
    kept = [
        name
        for name in one.context
        if _names_somebody_else(name) or not vocabulary.OTHERS.search(plain(name))
    ]
    return replace(one, context=tuple(kept))


def _is_at_work(words: str) -> bool:
    """`business email`, `telefone da empresa`: the person's own, second to a private one."""
    if not (vocabulary.EMAIL.search(words) or vocabulary.PHONE.search(words)):
        return False
    rest = vocabulary.WORKPLACE.sub(" ", words)
    return rest != words and not vocabulary.OTHERS.search(rest)


def _says_nobody(name: str) -> bool:
    """Whose the e-mail in `{contact: {emails: [{…}]}}` is says what stands around the list."""
    is_contact = vocabulary.PHONE.search(name) or vocabulary.EMAIL.search(name)
    return bool(is_contact and not vocabulary.OTHERS.search(name)) or bool(vocabulary.CONTAINER.match(name))


def _names_somebody_else(name: str) -> bool:
    words = plain(name)
    return bool(vocabulary.SOMEBODY_ELSE.search(words) or vocabulary.OFFICE.search(words))


def says(pattern: re.Pattern[str], one: Field) -> bool:
    return any(pattern.search(words) for words in one.words)


def is_bare(pattern: re.Pattern[str], one: Field) -> bool:
    return any(pattern.match(words) for words in (*one.bare, *one.words))


def is_part_of(pattern: re.Pattern[str], one: Field) -> bool:
    """By the nearest name around it that says anything."""
    if not all(_PART.match(words) for words in one.words):
        return False
    around = [name for name in one.surroundings if not _ENVELOPE.match(name)]
    return bool(around) and bool(pattern.search(around[-1])) and len(around[-1].split()) <= 3


def _is_of_office(words: Sequence[str], surroundings: Sequence[str]) -> bool:
    """By its own words, or by what stands around it."""
    told = any(vocabulary.OFFICE.search(name) and len(name.split()) <= 8 for name in words)
    return told or _are_of_office(surroundings)


def stands_with_office(one: Field) -> bool:
    return _are_of_office(one.surroundings)


def _are_of_office(surroundings: Sequence[str]) -> bool:
    """By the nearest name around it that says whose it is."""
    for name in surroundings[::-1]:
        if vocabulary.OFFICE.search(name):
            return True
        if vocabulary.PERSON.search(name) and not vocabulary.OF_OFFICE.search(name):
            return False
    return False


def _is_of_others(words: str, surroundings: Sequence[str]) -> bool:
    """`{customer: {channel_phone: …}}` is the customer's, on whatever channel that may be."""
    if len(words.split()) > 8 or not vocabulary.OTHERS.search(words):
        return False
    is_contact = vocabulary.PHONE.search(words) or vocabulary.EMAIL.search(words)
    is_somebodys = any(vocabulary.PERSON.search(name) for name in surroundings[-1:])
    return not (is_contact and is_somebodys) or bool(vocabulary.SOMEBODY_ELSE.search(words))


def ownership(one: Field) -> int:
    """Below zero where the field speaks of somebody or something else."""
    return _NEVER if one.is_office else _ownership(one.words, one.surroundings)


# A source sends the same keys with every lead
@lru_cache(maxsize=8192)
def _ownership(words: tuple[str, ...], surroundings: tuple[str, ...]) -> int:
    if any(vocabulary.SAMPLE.search(name) and len(name.split()) <= 3 for name in words):
        return -80
    if any(vocabulary.SECOND.search(name) for name in (*words, *surroundings[-1:])):
        return -20
    if _is_of_office(words, surroundings):
        return _NEVER
    return _by_words(words, surroundings) + _by_surroundings(surroundings)


def _by_words(words: Sequence[str], surroundings: Sequence[str]) -> int:
    at_work = [name for name in words if _is_at_work(name)]
    theirs = [name for name in words if vocabulary.PERSON.search(name)]
    if any(vocabulary.CONTACT_OF_A_THING.search(name) for name in theirs):
        return -12 + 8 * any(" " in name for name in theirs)
    if theirs:
        return 8 * any(" " in name for name in theirs)
    own = any(name not in at_work and _is_of_others(name, surroundings) for name in words)
    return (-70 if own else 0) - (12 if at_work else 0)


def _by_surroundings(surroundings: Sequence[str]) -> int:
    nearest, *farther = [name for name in surroundings[::-1] if not _says_nobody(name)] or [""]
    if vocabulary.PERSON.search(nearest):
        # `{broker: {contact: …}}` is how the broker is reached
        return 8 if not (farther and _names_somebody_else(farther[0])) else -30
    if vocabulary.OTHERS.search(nearest):
        return -80
    if any(_names_somebody_else(name) for name in farther):
        return -40
    if any(vocabulary.OTHERS.search(name) for name in farther):
        return -25
    return 4 if any(vocabulary.PERSON.search(name) for name in farther) else 0
