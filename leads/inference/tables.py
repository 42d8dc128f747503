"""Rows and headers, and lists of pairs, as the objects they stand for: `[["nome", "Ana"], …]` is `{nome: Ana}`.

Texts that hold a tree of their own are that tree from here on.
"""

import csv
import re
from typing import Any

from leads.bodies import unflatten
from leads.cleaning import DEEPEST, clean_line
from leads.identity import is_email
from leads.inference.texts import tree_in
from leads.inference.vocabulary import PHONE, names_a_contact
from leads.inference.words import only, plain

LONGEST_HEAD = 120
LONGEST_ROW = 5_000
# "field_1_label" is told by "field_1_value", both by the stem "field_1"
_LABEL_KEY = re.compile(r"[._-](?:label|title|question|pergunta|pregunta|rotulo)$", re.IGNORECASE)
_HEADED = re.compile(r"[ *_#]*([^\n:*_]{1,40})[:*_ ]*\n([^\n]+)")
_STEM = re.compile(r"[._-][^\W_]+$")
# Beside a title, these describe a question; they do not answer it.
_NO_VALUE = only("id, key, ref, slug, code, type, tipo, kind, required, order, index, position, .* id")
_TITLES = ("title", "label", "header", "display name", "caption", "titulo", "name", "nome", "nombre")


def as_objects(node: Any, depth: int = 0) -> Any:
    """The same tree; where values stand in one list and their names in another, they are brought together."""
    if depth > DEEPEST:
        return node
    if isinstance(node, dict):
        joined = _with_headers(_by_suffix(node) or _by_brackets(node))
        return {key: as_objects(_whole_phone(str(key), value), depth + 1) for key, value in joined.items()}
    if isinstance(node, list):
        found = _pairs(node) or _table(node) or _headed_texts(node) or _alike_pairs(node) or _mixed(node)
        return as_objects(found, depth + 1) if found else [as_objects(item, depth + 1) for item in node]
    inner = tree_in(node) if isinstance(node, str) else None
    return node if inner is None else as_objects(inner, depth + 1)


def _with_headers(node: dict[str, Any]) -> dict[str, Any]:
    """`{headers: ["nome", …], row: ["Ana", …]}`: the row is named by the headers, which are then said."""
    heads = next((key for key, value in node.items() if _are_heads(_titles(_cells(value)))), None)
    if heads is None:
        return node
    names, joined = _titles(_cells(node[heads])), {}
    for key, value in node.items():
        if key != heads:
            told = (
                value
                if isinstance(value, list) and value and _is_row(_cells(value[0]), len(names))
                else [value]
            )
            rows = [_cells(row) for row in told]
            fits = all(_is_row(row, len(names)) for row in rows)
            joined[key] = _named(names, rows) if fits else value
    return node if joined == {key: node[key] for key in joined} else joined


def _cells(value: Any) -> Any:
    """`nome;celular;email` taken apart at the sign it has most of; anything else as it is."""
    if not isinstance(value, str) or len(value.splitlines()) != 1 or len(value) > LONGEST_ROW:
        return value
    sign = max(";|\t,", key=value.count)
    return next(csv.reader([value], delimiter=sign)) if value.count(sign) > 1 else value


def _by_brackets(node: dict[str, Any]) -> dict[str, Any]:
    """`data[merges][LNAME]`, as forms have it, and relays that pass them on."""
    has_brackets = any(
        isinstance(key, str) and key.endswith("]") and 0 < key.find("[") < len(key) - 2 for key in node
    )
    return unflatten(list(node.items())) if has_brackets else node


def _by_suffix(node: dict[str, Any]) -> dict[str, Any] | None:
    """`{field_1_label: "Nome", field_1_value: "Ana", …}`: flattened answers, each told by two keys."""
    labels = {_STEM.sub("", key): text for key, text in node.items() if _LABEL_KEY.search(key)}
    if len(labels) < 2 or not _are_heads(list(labels.values())):
        return None
    others = {key: value for key, value in node.items() if not _LABEL_KEY.search(key)}
    return {labels.get(_STEM.sub("", key), key): value for key, value in others.items()}


def _titles(cells: Any) -> Any:
    """The headers' texts, where each is described by an object of its own."""
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return cells
    plainly = [{plain(str(key)): text for key, text in cell.items()} for cell in cells]
    return [next((cell[key] for key in _TITLES if key in cell), None) for cell in plainly]


def _whole_phone(key: str, value: Any) -> Any:
    """A phone asked for in several boxes, `["11", "98765", "4321"]` or an object of such, in one piece."""
    parts = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(parts, list) or len(parts) < 2 or not PHONE.search(plain(key)):
        return value
    cells = [clean_line(part) for part in parts if isinstance(part, str | int) and not isinstance(part, bool)]
    # A box has six digits at most; a whole number beside another one is another phone
    are_parts = len(cells) == len(parts) and all(
        cell.strip("()+ ").isdigit() and len(cell) <= 6 for cell in cells
    )
    return "".join(cells) if are_parts and 8 <= sum(map(len, cells)) <= 17 else value


def _alike_pairs(node: list[Any]) -> dict[str, Any] | None:
    """`[{kind: "nome", data: "Ana"}, …]`: of two keys that all items share, one holds the names."""
    if len(node) < 2 or not all(isinstance(item, dict) and item.keys() == node[0].keys() for item in node):
        return None
    if len(node[0]) != 2:
        return None
    for name, value in (tuple(node[0]), tuple(node[0])[::-1]):
        is_value = not _NO_VALUE.match(plain(str(value)))
        if is_value and _are_heads([item[name] for item in node]):
            return {item[name]: item[value] for item in node}
    return None


def _headed_texts(node: list[Any]) -> dict[str, Any] | None:
    """`[{text: "*Name:*\\nAna"}, …]`: every text has its name on a line of its own, as chats lay fields out."""
    texts = [item.get("text") if isinstance(item, dict) else item for item in node]
    found = [_HEADED.fullmatch(text) for text in texts if isinstance(text, str) and len(text) <= LONGEST_HEAD]
    told = {match[1].strip(): match[2].strip() for match in found if match}
    return told if len(told) == len(node) and _are_heads(list(told)) else None


def _mixed(node: list[Any]) -> dict[str, Any] | None:
    """Plain values of several kinds in one list: each is a field of its own."""
    if len(node) < 2 or not all(isinstance(item, str | int | float) for item in node):
        return None
    # `["Ana", "ana@…", "119…"]` is a person; e-mails alone are one field with several values
    emails = sum(isinstance(item, str) and is_email(item) for item in node)
    return {str(index): item for index, item in enumerate(node)} if 0 < emails < len(node) else None


def _pairs(node: list[Any]) -> dict[str, Any] | None:
    if not all(isinstance(item, list) and len(item) == 2 for item in node):
        return None
    return dict(node) if _are_heads([name for name, _value in node]) else None


def _table(node: list[Any]) -> list[Any] | dict[str, Any] | None:
    if len(node) < 2 or not _are_heads(node[0]):
        return None
    return _named(node[0], node[1:]) if all(_is_row(row, len(node[0])) for row in node[1:]) else None


def _named(names: list[str], rows: list[list[Any]]) -> list[Any] | dict[str, Any]:
    people = [dict(zip(names, row, strict=True)) for row in rows]
    return people[0] if len(people) == 1 else people


def _is_row(row: Any, length: int) -> bool:
    if not isinstance(row, list) or len(row) != length or _are_heads(row):
        return False
    return not any(isinstance(cell, dict | list) for cell in row)


def _are_heads(cells: Any) -> bool:
    """Different short texts, of which two or more are what people call a name, a phone or an e-mail."""
    if not isinstance(cells, list) or len(cells) < 2:
        return False
    if not all(isinstance(cell, str) and 0 < len(cell) <= LONGEST_HEAD for cell in cells):
        return False
    # One could be an answer: "Telefone" to how somebody wants to be reached. Two that are alike are none.
    return len(set(cells)) == len(cells) and sum(map(names_a_contact, cells)) >= 2
