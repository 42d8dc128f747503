"""Which field is the person's name, phone and e-mail: from keys, labels, types and the values themselves."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from leads.identity import display_name, is_email, is_mobile, is_whatsapp_jid, parse_email, parse_phone
from leads.inference import vocabulary
from leads.inference.fields import Field
from leads.inference.first_names import is_first_name
from leads.inference.words import any_of, plain, word_set

ENOUGH = 35
# A label this telling makes up for a value that does not look the part.
SURE = 80


@dataclass(frozen=True)
class Pick:
    """A value, and the fields that it was made of (none of them is anybody else's any more)."""

    value: str
    fields: tuple[Field, ...]


NOTHING = Pick("", ())

_A_NAME = re.compile(r"[^\W\d_][^\d@<>{}\[\]=/\\|#$%^*+~]{0,119}")
_NAMELESS = word_set("answer campo entry field input resposta text texto val value valor")
_PARTICLES = ("da", "das", "de", "del", "do", "dos", "e", "la", "las", "los", "van", "von", "y")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$", re.IGNORECASE)


def pick_email(fields: Iterable[Field]) -> Pick:
    """The e-mail that most looks like the person's own."""
    best = _best(fields, _email_score)
    return Pick(parse_email(best.line) or "", (best,)) if best else NOTHING


def pick_phone(fields: Sequence[Field], country: str) -> Pick:
    """The phone in E.164; an area code or country code that stands apart is put in front."""
    best = _best(fields, lambda one: _phone_score(one, fields, country))
    if best is None:
        return NOTHING
    parts = _phone_parts(best, fields)
    return Pick(_phone_of(best, parts, country) or "", (best, *parts))


def pick_name(fields: Sequence[Field], beside: Collection[str] = ()) -> Pick:
    """The person's full name; first and last names that stand apart are joined.

    `beside`: the parents of the phone and the e-mail, where a name is more likely the same person's.
    """
    best = _top(fields, lambda one: _name_score(one) + _nearness(one, beside))
    best = best or _best([one for one in fields if one.parent in beside], _name_score)
    if best is None:
        return NOTHING
    parts = _name_parts(best, fields)
    return Pick(" ".join(one.line for one in parts), tuple(parts))


def _best(fields: Iterable[Field], score: Callable[[Field], int]) -> Field | None:
    """The best field; where none is good enough, the envelopes around them are forgiven."""
    known = list(fields)
    return _top(known, score) or _top(known, lambda one: score(_out_of_envelopes(one)))


def _top(fields: Iterable[Field], score: Callable[[Field], int]) -> Field | None:
    ranked = [
        (score(one), -index, one) for index, one in enumerate(fields) if not isinstance(one.value, bool)
    ]
    top = max(ranked, default=None, key=lambda rank: rank[:2])
    return top[2] if top and top[0] >= ENOUGH else None


def _out_of_envelopes(one: Field) -> Field:
    """Without the names around it that are things; it still belongs to somebody else who is named."""
    kept = [
        name
        for name in one.context
        if _names_somebody_else(name) or not vocabulary.OTHERS.search(plain(name))
    ]
    return replace(one, context=tuple(kept))


def _names_somebody_else(name: str) -> bool:
    return bool(vocabulary.SOMEBODY_ELSE.search(plain(name)))


def _says(pattern: re.Pattern[str], one: Field) -> bool:
    return any(pattern.search(words) for words in one.words)


def _is_bare(pattern: re.Pattern[str], one: Field) -> bool:
    return any(pattern.match(words) for words in (*one.bare, *one.words))


def _ownership(one: Field) -> int:
    """Below zero where the field speaks of somebody or something else."""
    own = [words for words in one.words if vocabulary.OTHERS.search(words) and len(words.split()) <= 8]
    theirs = [words for words in one.words if vocabulary.PERSON.search(words)]
    score = (8 if any(" " in words for words in theirs) else 0) if theirs else -70 if own else 0
    nearest, *farther = one.surroundings[::-1] or ("",)
    if vocabulary.PERSON.search(nearest):
        return score + 8
    if vocabulary.OTHERS.search(nearest):
        return score - 80
    return score - (25 if any(vocabulary.OTHERS.search(name) for name in farther) else 0)


def _email_score(one: Field) -> int:
    if "@" not in one.text or len(one.text) > 400 or not parse_email(one.line):
        return 0
    score = 50 if is_email(one.line) or display_name(one.line) else 5
    score += 30 if _says(vocabulary.EMAIL, one) else 0
    score += 5 if _is_bare(vocabulary.EMAIL, one) else 0
    score += 30 if vocabulary.EMAIL_TYPE.search(plain(one.type)) else 0
    score -= 40 if _says(vocabulary.EMAIL_NOT_THEIRS, one) and not _says(vocabulary.REPLY_TO, one) else 0
    return score + _ownership(one)


def _phone_score(one: Field, fields: Sequence[Field], country: str) -> int:
    digits = sum(map(str.isdigit, one.line))
    if not 7 <= digits <= 34 or len(one.line) > 60 or _is_bare(vocabulary.ADDRESSEE, one):
        return 0
    if "@" in one.line:
        return 60 + _ownership(one) if is_whatsapp_jid(one.line) else 0
    is_said = _says_phone(one)
    if not is_said and (_says(vocabulary.NO_PHONE, one) or one.line.startswith(("0.", "-"))):
        return 0
    phone = _phone_of(one, _phone_parts(one, fields) if is_said else [], country, is_lenient=is_said)
    if phone is None:
        return 0
    look = 70 if is_said else _phone_look(one)
    return look + _phone_preference(one) + is_mobile(phone) + _ownership(one)


def _says_phone(one: Field) -> bool:
    """By its name, by its type, or by what it is a part of, as in `{telefone: {numero: …}}`."""
    nearest = one.surroundings[-1:]
    return (
        _says(vocabulary.PHONE, one)
        or bool(vocabulary.PHONE_TYPE.search(plain(one.type)))
        or (any(vocabulary.PHONE.search(name) for name in nearest) and not _says(vocabulary.NO_PHONE, one))
    )


def _phone_look(one: Field) -> int:
    """How much an unlabelled value looks like a phone: signs people write in phones say more than digits."""
    has_signs = one.line.startswith(("+", "(")) or (" " in one.line and "-" in one.line)
    return 40 + (10 if has_signs else 0) + (10 if _says(vocabulary.PHONE_WEAK, one) else 0)


def _phone_preference(one: Field) -> int:
    score = 8 if _says(vocabulary.PHONE_BEST, one) else 6 if _says(vocabulary.PHONE_GOOD, one) else 4
    return score - (8 if _says(vocabulary.PHONE_POOR, one) else 0) - (60 if _says(any_of("fax"), one) else 0)


def _phone_parts(phone: Field, fields: Sequence[Field]) -> list[Field]:
    beside = [one for one in fields if one is not phone and one.parent == phone.parent]
    nation = [one for one in beside if _is_bare(vocabulary.NATION, one) and len(one.line) <= 5][:1]
    area = [one for one in beside if _is_bare(vocabulary.AREA, one) and 1 <= len(one.line) <= 5][:1]
    return nation + area


def _phone_of(phone: Field, parts: Sequence[Field], country: str, *, is_lenient: bool = True) -> str | None:
    """The whole number first where parts stand apart; the field alone where it was whole already."""
    alone = parse_phone(phone.line, country)
    if alone or not parts:
        return alone or parse_phone(phone.line, country, is_lenient=is_lenient)
    joined = "".join(one.line for one in parts) + phone.line
    has_nation = any(_is_bare(vocabulary.NATION, one) for one in parts)
    return parse_phone(("+" + joined.lstrip("+0")) if has_nation else joined, country)


def _name_score(one: Field) -> int:
    label = _name_label(one)
    if not _could_be_a_name(one) and not (label >= SURE and _has_letters(one)):
        return 0
    if _is_bare(vocabulary.LAST, one) and not _is_bare(vocabulary.FIRST, one):
        return 0
    if label == 0 and not is_first_name(one.line):
        return ENOUGH + _ownership(one) if _is_nameless(one) and _looks_like_full_name(one.line) else 0
    return label + _name_look(one) + _ownership(one)


def _nearness(one: Field, beside: Collection[str]) -> int:
    """The name stands with the phone or the e-mail, or around them: the closer, the likelier theirs."""
    if one.parent in beside:
        return 12
    is_around = one.parent and any(parent.startswith(f"{one.parent}.") for parent in beside)
    return min(12, 6 + 2 * one.parent.count(".")) if is_around else 0


def _name_label(one: Field) -> int:
    if _says(vocabulary.LOGIN, one):
        return 15
    if _says(vocabulary.FULL_NAME, one):
        return 100
    if _is_bare(vocabulary.NAME, one):
        return 90
    if _is_bare(vocabulary.FIRST, one):
        return 80
    if _says(vocabulary.SOME_NAME, one):
        return 55
    person = any(vocabulary.PERSON.search(words) and len(words.split()) <= 3 for words in one.words)
    return 30 if person else 0


def _name_look(one: Field) -> int:
    words = one.line.split()
    score = 20 if is_first_name(one.line) else 0
    if 2 <= len(words) <= 6 and all(word[:1].isupper() or len(word) <= 3 for word in words):
        score += 18
    return score - (30 if len(words) > 7 else 0)


def _is_nameless(one: Field) -> bool:
    """Its key says nothing: `text-183`, `field_2`, an id of letters and digits."""
    return all(_says_nothing(words) for words in one.words)


def _says_nothing(words: str) -> bool:
    parts = words.split()
    is_generic = all(part.isdigit() or len(part) <= 2 or part in _NAMELESS for part in parts)
    return is_generic or sum(map(str.isdigit, words)) >= 3


def _looks_like_full_name(text: str) -> bool:
    words = [word for word in text.split() if word.lower() not in _PARTICLES]
    return 2 <= len(words) <= 5 and all(
        word.isalpha() and word[0].isupper() and word[1:].islower() for word in words
    )


def _could_be_a_name(one: Field) -> bool:
    return _has_letters(one) and bool(_A_NAME.fullmatch(one.line)) and not one.line.endswith("?")


def _has_letters(one: Field) -> bool:
    """What a field that says it is a name may hold, strange as it may be."""
    text, said = one.line, plain(one.line)
    if not isinstance(one.value, str) or not any(map(str.isalpha, text)) or len(text) > 200:
        return False
    if len(text) <= 2 and text.isupper():
        return False  # a code of a country or a state
    if is_email(text) or _ADDRESS.match(text):
        return False
    return not (vocabulary.EMPTY.match(said) or vocabulary.FIELD_NAME.match(said))


def _name_parts(first: Field, fields: Sequence[Field]) -> list[Field]:
    """The chosen field, then the middle and last names that belong to it and that it does not contain."""
    parts = [first]
    if any(vocabulary.FULL_NAME.search(words) for words in first.words):
        return parts
    for pattern in (vocabulary.MIDDLE, vocabulary.LAST):
        named = [
            one for one in fields if one is not first and _is_bare(pattern, one) and _could_be_a_name(one)
        ]
        beside = [one for one in named if one.parent == first.parent]
        is_one_word = " " not in first.line
        alone = named if is_one_word and len(named) == 1 and _ownership(named[0]) >= 0 else []
        parts += [one for one in beside or alone if plain(one.line) not in plain(first.line)]
    return parts
