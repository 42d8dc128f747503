"""Any JSON tree as a flat list of fields, each with everything that says what it may hold.

A form builder's `{label, type, value}` is one field, not three; a list of plain values is one field. Nothing
is dropped.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from leads.cleaning import DEEPEST, TEXT_LIMIT, clean_line, clean_text
from leads.identity import is_email
from leads.inference.answers import Answer, definitions_in, read_answer
from leads.inference.lines import lines_said
from leads.inference.roles import STAFF, is_a_mere_person, is_answer_of_office, role_of
from leads.inference.vocabulary import REPLY_TO, names_a_contact, names_a_name
from leads.inference.words import any_of, bare, only, plain

Scalar = str | int | float | bool
# Envelopes: what holds somebody's e-mail is that person, whatever the sender calls it.
_WRAPPER = only("items?, entry, event, evento, hook, webhook, list, lista, meta, metadata, trigger, widget")
_PERSON_TYPE = only("person, contact, customer, lead")
# How converters from XML call the text of an element that has attributes too.
_OWN_TEXT = frozenset(("#text", "_text", "__text", "$t", "$", "_", "#cdata-section", "__cdata", "@value"))
# A form's data is the person's; a form's name is not.
_FORM_DATA = any_of("form (?:response|data|fields?|submission|values?|answers?|inputs?)")


@dataclass(frozen=True)
class Field:
    """One value. `path` survives a reordering of answers, `position` is where it stood."""

    path: str
    position: str
    key: str
    value: Scalar
    labels: tuple[str, ...] = ()
    type: str = ""
    context: tuple[str, ...] = ()
    # What no field tells alone: whoever serves the client is meant, see `office`
    is_office: bool = False

    @cached_property
    def text(self) -> str:
        return clean_text(_unescaped(self.value))

    @cached_property
    def line(self) -> str:
        return clean_line(_unescaped(self.value))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The key and the labels in plain words, most telling last."""
        return tuple(dict.fromkeys(_without_form(plain(name)) for name in (self.key, *self.labels) if name))

    @cached_property
    def bare(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(bare(name) for name in (self.key, *self.labels) if name))

    @cached_property
    def surroundings(self) -> tuple[str, ...]:
        """The names it stands under, in plain words, nearest last; an element's number is no name."""
        named = [name for name in self.context if not name.isdigit()]
        return tuple(_without_form(plain(name)) for name in named[-3:])

    @property
    def is_private(self) -> bool:
        """A sender's own bookkeeping, such as WordPress's `_wpcf7_…`; the address to answer to is none."""
        return self.key.startswith("_") and len(self.key) > 1 and not REPLY_TO.search(plain(self.key))

    @property
    def parent(self) -> str:
        return self.path.rpartition(".")[0]


@dataclass(frozen=True)
class _Place:
    path: str = ""
    position: str = ""
    key: str = ""
    labels: tuple[str, ...] = ()
    type: str = ""
    context: tuple[str, ...] = ()
    depth: int = 0
    is_element: bool = False
    is_alone: bool = False
    are_others: bool = False
    definitions: dict[str, str] = field(default_factory=dict)

    def below(self, name: str, position: str | None = None) -> "_Place":
        return replace(
            self,
            path=f"{self.path}.{name}" if self.path else name,
            position=f"{self.position}.{position or name}" if self.position else position or name,
            key=name,
            labels=(),
            type="",
            context=(*self.context, self.key) if self.key else self.context,
            depth=self.depth + 1,
            is_element=position is not None,
            is_alone=False,
        )


def _without_form(words: str) -> str:
    return _FORM_DATA.sub(" ", words).strip() if "form" in words else words


def _unescaped(value: Scalar) -> Scalar:
    """`L&uacute;cia` is how some pages send what was typed."""
    return html.unescape(value) if isinstance(value, str) and "&" in value else value


def fields_of(tree: Any, *, are_others: bool = False) -> list[Field]:
    """Every value of the tree in its order. `are_others`: it stands beside the people that are looked for, so that
    somebody may serve them who is alone in it."""
    return list(_walk(tree, _Place(definitions=definitions_in(tree), are_others=are_others)))


def _walk(node: Any, place: _Place) -> Iterator[Field]:
    if place.depth > DEEPEST and isinstance(node, dict | list):
        yield from _walk_rest(node, place)
    elif isinstance(node, dict):
        yield from _walk_dict(node, place)
    elif isinstance(node, list):
        yield from _walk_list(node, place)
    # False and 0 are answers
    elif node is not None and node != "":
        yield Field(place.path, place.position, place.key, node, place.labels, place.type, place.context)
        # Besides, not instead: the text itself may be the message
        yield from _walk_lines(node, place)


def _walk_rest(node: Any, place: _Place) -> Iterator[Field]:
    """A branch below the deepest place: in one text that is kept, and whoever can be reached there besides."""
    if text := _told_flat(node):
        yield Field(place.path, place.position, "_rest", text)
    waiting: list[tuple[Any, tuple[str, ...]]] = [(node, (*place.context[-2:], place.key))]
    while waiting:
        part, around = waiting.pop()
        told = part.items() if isinstance(part, dict) else enumerate(part)
        for name, value in told:
            key = clean_line(name)
            if isinstance(value, dict | list):
                waiting.append((value, (*around[-2:], key)))
            elif value and names_a_contact(key):
                yield Field(f"{place.path}.{key}", f"{place.position}.{key}", key, value, context=around)


def _told_flat(node: Any) -> str:
    """All that a branch says, in its order. A loop, as the branch may be deeper than Python can call."""
    told, waiting = list[str](), [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += reversed([each for pair in part.items() for each in pair])
        elif isinstance(part, list):
            waiting += reversed(part)
        elif part is not None and part != "":
            told.append(clean_text(part))
    return ", ".join(told)


def _walk_dict(node: dict[str, Any], place: _Place) -> Iterator[Field]:
    is_named = bool(place.key) and not place.is_element
    # The whole body is a submission, however much it looks like one answer
    answer = read_answer(node, place.definitions, is_named=is_named) if place.depth else None
    if answer is not None:
        yield from _walk_answer(answer, place)
        return
    if (place.is_element or is_a_mere_person(node, place.key)) and (
        role := role_of(node, is_alone=place.is_alone)
    ):
        place = replace(place, key=role)
    elif place.is_element and is_answer_of_office(node):
        place = replace(place, key=STAFF)
    elif _PERSON_TYPE.match(plain(str(node.get("@type", "")))):
        place = replace(place, key="person")
    elif _WRAPPER.match(plain(place.key)) and any(
        isinstance(text, str) and is_email(text) for text in node.values()
    ):
        place = replace(place, key="")
    for key, value in node.items():
        name = clean_line(key) or "_"
        if name in _OWN_TEXT and place.key and not isinstance(value, dict | list):
            yield from _walk(
                value, replace(place.below(name), key=place.key, labels=_attributes(node, place))
            )
            continue
        told = (place.definitions[name],) if name in place.definitions else ()
        yield from _walk(value, replace(place.below(name), labels=(*place.labels, *told)))


def _attributes(node: dict[str, Any], place: _Place) -> tuple[str, ...]:
    """`{"@part": "first", "#text": "Ana"}`: what an element's attributes say of its text."""
    of_its_own = node.get("$")
    beside = {**node, **of_its_own} if isinstance(of_its_own, dict) else node
    said = [
        text for key, text in beside.items() if str(key).startswith("@") or key in ("name", "part", "type")
    ]
    return (*place.labels, *(text for text in said if isinstance(text, str)))


def _walk_answer(answer: Answer, place: _Place) -> Iterator[Field]:
    """The answer's own name is its key, unless it stands under a name already."""
    is_renamed = answer.name != place.key or isinstance(answer.value, dict)
    own = (answer.name,) if answer.name and is_renamed else ()
    labels = tuple(dict.fromkeys((*place.labels, *own, *answer.labels)))
    yield from _walk(
        answer.value, replace(place, labels=labels, type=answer.type or place.type, depth=place.depth + 1)
    )


def _walk_list(node: list[Any], place: _Place) -> Iterator[Field]:
    if node and all(isinstance(item, str | int | float) for item in node):
        # `name: ["Ana", "Souza"]` is one name
        sign = " " if names_a_name(place.key) else ", "
        joined = node[0] if len(node) == 1 else sign.join(clean_line(item, TEXT_LIMIT) for item in node)
        yield from _walk(joined, place)
        return
    for index, item in enumerate(node):
        name = _name_of(item, index, place)
        is_alone = len(node) == 1 and not place.are_others
        yield from _walk(item, replace(place.below(name, str(index)), labels=place.labels, is_alone=is_alone))


def _name_of(item: Any, index: int, place: _Place) -> str:
    """What an element of a list is called: an answer by its own name, others by their number."""
    answer = read_answer(item, place.definitions, is_named=False) if isinstance(item, dict) else None
    return answer.name if answer and answer.name else str(index)


def _walk_lines(text: Any, place: _Place) -> Iterator[Field]:
    """`Nome: Ana` and `Fone: …` on lines of one text, as mails and chat notices have it, are fields too."""
    lines = lines_said(text) if isinstance(text, str) else []
    for name, value in lines:
        inner = place.below(clean_line(name))
        yield Field(inner.path, inner.position, inner.key, value.strip(), context=inner.context)
