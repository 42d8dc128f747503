"""A manager's mapping: our field → path (or paths, joined) in the payload. Proposed from an example."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping

from leads.inference.fields import Field
from leads.inference.people import NOTHING, Pick
from leads.inference.words import plain

Mapping = AnyMapping[str, str | Sequence[str]]

TARGETS = (
    "name",
    "phone",
    "email",
    "whatsapp_id",
    "message",
    "value",
    "product",
    "city",
    "language",
    "external_id",
)


def mapped(target: str, fields: Sequence[Field], mapping: Mapping) -> Pick | None:
    """What the mapping says of `target`: None where it says nothing, an empty pick where nothing came."""
    paths = mapping.get(target)
    if not paths:
        return None
    wanted = [paths] if isinstance(paths, str) else list(paths)
    found = [one for path in wanted if (one := _at(path, fields)) is not None]
    return Pick(" ".join(one.text for one in found), tuple(found)) if found else NOTHING


def _at(path: str, fields: Iterable[Field]) -> Field | None:
    """By exact path, by position, by a path spelled a little differently, at last by the name of the key."""
    wanted = normal_path(path)
    known = list(fields)
    for reading in (lambda one: one.path, lambda one: one.position):
        for one in known:
            if normal_path(reading(one)) == wanted:
                return one
    return next((one for one in known if plain(one.key) == plain(path) or plain(path) in one.words), None)


def normal_path(path: str) -> str:
    """`$.items[0].name`, `items.0.name` and `Items.0.Name` are one path."""
    bracketless = path.strip().replace("[", ".").replace("]", "").replace('"', "").replace("'", "")
    return ".".join(
        part.strip().casefold() for part in bracketless.removeprefix("$").split(".") if part.strip()
    )
