"""Rows and headers, and lists of pairs, as the objects they stand for: `[["nome", "Ana"], …]` is `{nome: Ana}`."""

from typing import Any

from leads.cleaning import DEEPEST
from leads.inference.vocabulary import names_a_contact

LONGEST_HEAD = 120


def as_objects(node: Any, depth: int = 0) -> Any:
    """The same tree; where values stand in one list and their names in another, they are brought together."""
    if depth > DEEPEST:
        return node
    if isinstance(node, dict):
        joined = _with_headers(node)
        return {key: as_objects(value, depth + 1) for key, value in joined.items()}
    if isinstance(node, list):
        found = _pairs(node) or _table(node)
        return as_objects(found, depth + 1) if found else [as_objects(item, depth + 1) for item in node]
    return node


def _with_headers(node: dict[str, Any]) -> dict[str, Any]:
    """`{headers: ["nome", …], row: ["Ana", …]}`: the row is named by the headers, which are then said."""
    heads = next((key for key, value in node.items() if _are_heads(value)), None)
    if heads is None:
        return node
    names, joined = node[heads], {}
    for key, value in node.items():
        if key != heads:
            rows = value if isinstance(value, list) and value and isinstance(value[0], list) else [value]
            fits = all(_is_row(row, len(names)) for row in rows)
            joined[key] = _named(names, rows) if fits else value
    return node if joined == {key: node[key] for key in joined} else joined


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
    return isinstance(row, list) and len(row) == length and not _are_heads(row)


def _are_heads(cells: Any) -> bool:
    """Different short texts, of which two or more are what people call a name, a phone or an e-mail."""
    if not isinstance(cells, list) or len(cells) < 2:
        return False
    if not all(isinstance(cell, str) and 0 < len(cell) <= LONGEST_HEAD for cell in cells):
        return False
    return len(set(cells)) == len(cells) and sum(map(names_a_contact, cells)) >= 2
