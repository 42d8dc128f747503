"""Understand a payload of a shape never seen before, or as a manager's mapping says.

`understand` gives one LeadPayload per person. Nothing that came is dropped: what no field of ours
takes is kept in `extra` under its path.
"""

from typing import Any

from leads.inference.fields import fields_of
from leads.inference.mapping import Mapping
from leads.inference.reading import read_fields
from leads.inference.splitting import people_in
from leads.inference.tables import as_objects
from leads.inference.unreached import with_unreached
from leads.payload import LeadPayload

__all__ = ["understand", "understand_one"]


def understand(tree: Any, country: str, mapping: Mapping | None = None) -> list[LeadPayload]:
    """The people in the tree, at least one entry: without any contact it says what else was there."""
    people = people_in(tree)
    found = [read_fields(one.fields, country, mapping or {}) for one in people]
    return with_unreached(found, people) if len(found) > 1 else found


def understand_one(tree: Any, country: str, mapping: Mapping | None = None) -> LeadPayload:
    """The one person of a tree that is known to be a single submission."""
    return read_fields(fields_of(as_objects(tree)), country, mapping or {})
