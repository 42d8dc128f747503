"""How many people a payload speaks of."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from leads.cleaning import DEEPEST
from leads.identity import is_email
from leads.inference.answers import read_answer
from leads.inference.fields import Field, fields_of
from leads.inference.roles import STAFF, is_marked, role_of
from leads.inference.tables import as_objects
from leads.inference.vocabulary import PHONE, SECOND, SOMEBODY_ELSE, names_a_name
from leads.inference.words import only, plain

_PEOPLE = only(
    """
    leads, contacts, contatos, contactos, people, pessoas, personas, clientes, customers, records,
    data, items, results, rows, entries, submissions, responses, prospects, subscribers, lista,
    cadastros, inscritos, inscricoes, inscriptos, interessados, interesados, registrants,
    registrations, attendees, users, usuarios
    """
)
# Of these each is a lead: a `tipo: "Vendedor"` is a client who sells
_LEADS = only(
    "leads, prospects?, clientes, clients, customers, interessados, interesados, cadastros, inscritos, inscricoes"
)


class Person(NamedTuple):
    """What is said of them alone, and what stands beside the list that they are in."""

    own: list[Field]
    shared: list[Field]

    @property
    def fields(self) -> list[Field]:
        return self.own + self.shared


class _People(NamedTuple):
    items: list[Any]
    rest: dict[str, Any]


def people_in(tree: Any) -> list[Person]:
    """At least one. Facts beside a list of people belong to each of them."""
    tree = as_objects(tree)
    found = _list_of_people(tree)
    if found is None:
        return [Person(fields_of(tree), [])]
    shared = [one for one in fields_of(found.rest, are_others=True) if one.key]
    return [Person(fields_of(item), shared) for item in found.items]


def _list_of_people(tree: Any, depth: int = 0, key: str = STAFF) -> _People | None:
    if isinstance(tree, list):
        return _without_staff([item for item in tree if isinstance(item, dict | list)], key)
    if not isinstance(tree, dict) or depth > 2:
        return None
    for name, value in tree.items():
        if isinstance(value, dict) or (isinstance(value, list) and _may_be_people(plain(str(name)), value)):
            found = _list_of_people(value, depth + 1, str(name))
            rest = {other: node for other, node in tree.items() if other != name}
            # A person beside the list owns it: those are the items of an order
            if found and not _speaks_of_a_person(rest):
                return _People(found.items, {**rest, **found.rest})
    return None


def _without_staff(items: list[Any], key: str) -> _People | None:
    """The people of a list; whoever serves them, and is said to, stands beside it."""
    # Whoever organizes and is alone may well be who asks
    is_alone = len(items) == 1 and isinstance(items[0], dict) and is_marked(items[0])
    # And where nothing but a list of them came, it is they who came
    are_leads = _LEADS.match(plain(key)) or (key == STAFF and all(map(_is_no_lead, items)))
    others = [] if is_alone or are_leads else [item for item in items if _is_no_lead(item)]
    people = [item for item in items if not _is_no_lead(item)] if others else items
    if not people or _are_answers(people) or not _has_people(people):
        return None
    if others and len(people) == 1:
        return None  # the two sides of one talk
    return _People(people, {key: others} if others else {})


def _is_no_lead(item: Any) -> bool:
    """Who serves the others, or asks together with one of them."""
    role = plain(role_of(item)) if isinstance(item, dict) else ""
    return bool(SOMEBODY_ELSE.search(role) or SECOND.search(role))


def _may_be_people(key: str, items: list[Any]) -> bool:
    """By what the list is called; else if all have a name, and several ways to be reached that no other has."""
    if _PEOPLE.match(key):
        return True
    # `owners` are those of one `owner`, `corretores` of one `corretor`
    if any(SOMEBODY_ELSE.search(key.removesuffix(ending)) for ending in ("", "s", "es")):
        return False
    if len(items) < 2 or not all(isinstance(item, dict) and any(map(names_a_name, item)) for item in items):
        return False
    told = [{text for name, text in _texts(item) if _reaches(name, text)} for item in items]
    ways = [way for way in told if way]
    return len(ways) >= 2 and len(set().union(*ways)) == sum(map(len, ways))


def _are_answers(items: list[Any]) -> bool:
    return any(isinstance(item, dict) and read_answer(item, {}, is_named=False) for item in items)


def _has_people(items: list[Any]) -> bool:
    """A list of one is a person as a wrapped whole; of several, at least one must have a way to be reached."""
    return len(items) == 1 or any(_speaks_of_a_person(item) for item in items)


def _speaks_of_a_person(node: Any) -> bool:
    return any(_reaches(key, text) for key, text in _texts(node))


def _reaches(key: str, text: str) -> bool:
    return is_email(text) or _is_phone_like(key, text)


def _is_phone_like(key: str, text: str) -> bool:
    if not 8 <= sum(map(str.isdigit, text)) <= 15:
        return False
    words, parts = plain(key), ("phone", "fone", "cel", "whats", "tel", "mobile")
    return bool(PHONE.search(words)) or any(part in words for part in parts)


def _texts(node: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        return
    if isinstance(node, dict):
        for name, child in node.items():
            yield from _texts(child, str(name), depth + 1)
    elif isinstance(node, list):
        for child in node:
            yield from _texts(child, key, depth + 1)
    elif isinstance(node, str | int) and not isinstance(node, bool):
        yield key, str(node)
