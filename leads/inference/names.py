"""Which field is the person's name: from keys, labels and the values themselves."""

import re
from collections.abc import Collection, Sequence

from leads.identity import is_email, parse_email
from leads.inference import vocabulary
from leads.inference.fields import Field
from leads.inference.first_names import is_first_name
from leads.inference.introductions import PARTICLES, looks_like_full_name
from leads.inference.ranking import (
    ENOUGH,
    NOTHING,
    Pick,
    best_of,
    is_bare,
    is_part_of,
    ownership,
    says,
    top_of,
)
from leads.inference.words import plain, word_set

# A label this telling makes up for a value that does not look the part.
SURE = 80
# "Ana d'Ávila (Bia)", not "R$ 300", "ana@mail.example" or "11987654321"
_A_NAME = re.compile(r"[^\W\d_][^\d@<>{}\[\]=/\\|#$%^*+~]{0,119}")
# What a name is called where it need not be a first name only.
_WHOLE = vocabulary.NAME
_NAMELESS = word_set("answer campo entry field input resposta text texto val value valor")
# "LeadService.saveRecord"
_OF_A_PROGRAM = re.compile(r"(?=\w*[a-z][A-Z])\w{4,}\.\w{4,}$")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$", re.IGNORECASE)


def pick_name(fields: Sequence[Field], beside: Collection[str] = (), email: str = "") -> Pick:
    """The person's full name; first and last names that stand apart are joined.

    `beside`: the parents of the phone and the e-mail, where a name is more likely the same person's, as is
    one that the e-mail is made of.
    """
    local = plain(email.partition("@")[0])
    fields = _without_addresses(fields)
    paired = {one.parent for one in fields if _is_last(one)}
    # Many envelopes send the same e-mail once more beside the answers
    mails = [one for one in fields if is_email(one.line) and parse_email(one.line) != email]
    others = {one.parent for one in mails} - _around(beside)

    def score(one: Field) -> int:
        own = _name_score(one)
        # What is no name by itself becomes none by what stands beside it
        return own and own + _nearness(one, beside) + _likeness(one, local) + _company(one, paired, others)

    best = top_of(fields, score)
    # Envelopes are forgiven beside the contact alone: elsewhere
    # the name of a thing would be taken for a person's
    best = best or best_of([one for one in fields if one.parent in beside], _name_score)
    best = best or best_of([one for one in fields if looks_like_full_name(one.line)], _name_score)
    if best is None:
        return NOTHING
    parts = _name_parts(best, fields)
    return Pick(" ".join(one.line for one in parts), tuple(parts))


def _without_addresses(fields: Sequence[Field]) -> list[Field]:
    """Without the numbered parts of an address, whose city and country have the numbers of a name."""
    numbered = [(one, match) for one in fields if (match := vocabulary.NUMBERED.match(plain(one.key)))]
    stems = {match[1] for _one, match in numbered if match[2] in vocabulary.ADDRESS_PARTS}
    return [one for one in fields if _stem(one) not in stems or not _stem(one)]


def _stem(one: Field) -> str:
    """The number of the question that a part such as `1.3` or `input_1_3` belongs to."""
    match = vocabulary.NUMBERED.match(plain(one.key))
    return match[1] if match else ""


def _name_score(one: Field) -> int:
    label = _name_label(one)
    if not could_be_a_name(one) and not (label >= SURE and _has_letters(one)):
        return 0
    if _is_last(one) and not is_bare(vocabulary.FIRST, one):
        return 0
    # No label: a known given name must stand in for it, or
    # two capitalised words under a key that says nothing
    if label == 0 and (not is_first_name(one.line) or _is_sentence(one.line)):
        return ENOUGH + ownership(one) if _is_nameless(one) and looks_like_full_name(one.line) else 0
    return label + _name_look(one) + ownership(one)


def _nearness(one: Field, beside: Collection[str]) -> int:
    """The name stands with the phone or the e-mail, or around them: the closer, the likelier theirs."""
    if one.parent in beside:
        # All that is known of how to reach them
        return 24 if one.parent and len(beside) == 1 else 12
    is_around = one.parent and any(parent.startswith(f"{one.parent}.") for parent in beside)
    return min(12, 6 + 2 * one.parent.count(".")) if is_around else 0


def _around(parents: Collection[str]) -> set[str]:
    """These, and all that they stand in; the whole body first."""
    steps = [parent.split(".") for parent in parents]
    return {".".join(parts[:end]) for parts in steps for end in range(len(parts) + 1)}


def _company(one: Field, paired: Collection[str], others: Collection[str]) -> int:
    """A first name beside a last name is as good as a whole one; beside an e-mail that is another's, so is the name."""
    is_first = one.parent in paired and (is_bare(vocabulary.FIRST, one) or says(vocabulary.FIRST_TOLD, one))
    return (18 if is_first and " " not in one.line else 0) - (30 if one.parent in others else 0)


def _likeness(one: Field, local: str) -> int:
    """`ana.prado@…` is more likely Ana's than the address of whoever serves her."""
    alike = sum(len(word) > 3 and word in local for word in plain(one.line).split()) if local else 0
    return (5 + 10 * min(alike, 2)) if alike else 0


def _name_label(one: Field) -> int:
    if says(vocabulary.LOGIN, one):
        return 15
    if says(vocabulary.FULL_NAME, one):
        return 100
    if is_bare(vocabulary.NAME, one):
        return 90
    if is_bare(vocabulary.FIRST, one) or says(vocabulary.FIRST_TOLD, one):
        return 80
    if says(vocabulary.SOME_NAME, one):
        return 55
    if says(vocabulary.WHO, one):
        return 40
    # `{ask_name: {inbound: {body: …}}}`
    if is_part_of(vocabulary.SOME_NAME, one):
        return 60
    person = any(vocabulary.PERSON.search(words) and len(words.split()) <= 3 for words in one.words)
    return 30 if person else 0


def _is_last(one: Field) -> bool:
    return is_bare(vocabulary.LAST, one) or says(vocabulary.LAST_TOLD, one)


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


def _is_sentence(text: str) -> bool:
    """Capitalised words and others, as in `Novo contato de Ana Souza`."""
    words = [word for word in text.split() if word.lower() not in PARTICLES]
    return len({word[:1].isupper() for word in words}) > 1


def could_be_a_name(one: Field) -> bool:
    return _has_letters(one) and bool(_A_NAME.fullmatch(one.line)) and not one.line.endswith("?")


def _has_letters(one: Field) -> bool:
    """What a field that says it is a name may hold, strange as it may be."""
    text, said = one.line, plain(one.line)
    if not isinstance(one.value, str) or not any(map(str.isalpha, text)) or len(text) > 200:
        return False
    if "\n" in one.text or (len(text) <= 2 and text.isupper()):
        return False  # a code of a country or a state
    if is_email(text) or _ADDRESS.match(text) or _OF_A_PROGRAM.match(text):
        return False
    if said in one.words[1:]:
        return False  # a map of questions, not of answers
    return not (vocabulary.EMPTY.match(said) or vocabulary.FIELD_NAME.match(said))


def _name_parts(first: Field, fields: Sequence[Field]) -> list[Field]:
    """The chosen field, then the middle and last names that belong to it and that it does not contain."""
    parts = [first]
    # `nome` may be the whole name or the first alone: what stands beside it decides
    is_first = bool(vocabulary.FIRST.match(plain(first.key))) and not vocabulary.NAME.match(plain(first.key))
    if says(vocabulary.FULL_NAME, first) and not is_first and " " in first.line:
        return parts
    for pattern in (vocabulary.MIDDLE, vocabulary.LAST):
        named = [
            one for one in fields if one is not first and _is_called(pattern, one) and could_be_a_name(one)
        ]
        named.sort(key=lambda one: says(vocabulary.SECOND_LAST, one))
        beside = [one for one in named if one.parent == first.parent and _stem(one) == _stem(first)]
        # `billing_first_name` has nothing to do with `shipping_last_name`
        beside = [one for one in beside if _before_part(one) == _before_part(first)] or beside
        is_part = " " not in first.line or (is_bare(vocabulary.FIRST, first) and not says(_WHOLE, first))
        alone = named if is_part and len(named) == 1 and ownership(named[0]) >= 0 else []
        parts += [one for one in beside or alone if plain(one.line) not in plain(first.line)]
    return parts if len(parts) > 1 or " " in first.line else parts + _surname_in_portugal(first, fields)


def _is_called(pattern: re.Pattern[str], one: Field) -> bool:
    return is_bare(pattern, one) or (pattern is vocabulary.LAST and _is_last(one))


def _before_part(one: Field) -> str:
    """`billing` in `billing_first_name`."""
    words = plain(one.key)
    found = vocabulary.FIRST_TOLD.search(words) or vocabulary.LAST_TOLD.search(words)
    return words[: found.start()] if found else words


def _surname_in_portugal(first: Field, fields: Sequence[Field]) -> list[Field]:
    """`{nome: "Matilde", apelido: "Seabra"}`; a nickname is mostly a given name itself."""
    beside = [one for one in fields if one.parent == first.parent and is_bare(vocabulary.APELIDO, one)]
    return [one for one in beside if could_be_a_name(one) and not is_first_name(one.line)][:1]
