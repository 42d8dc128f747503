"""A manager's mapping: our field → path (or paths, joined) in the payload. Proposed from an example."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as AnyMapping

from leads.inference.fields import Field
from leads.inference.ranking import NOTHING, Pick
from leads.inference.words import plain

Mapping = AnyMapping[str, str | Sequence[str]]

FACTS = (
    "name",
    "phone",
    "email",
    "whatsapp_id",
    "message",
    "value",
    "product",
    "city",
    "language",
    "creator",
    "external_id",
    "consent",
)
# Kept together on the lead, each under its name.
ATTRIBUTION = (
    *(f"utm_{part}" for part in ("source", "medium", "campaign", "content", "term", "id")),
    *("gclid", "gbraid", "wbraid", "dclid", "fbclid", "fbc", "fbp", "msclkid", "ttclid", "twclid"),
    *("li_fat_id", "ctwa_clid", "campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name"),
    *("form_id", "form_name", "page_id", "page_url", "platform", "referrer", "origin"),
)
TARGETS = (*FACTS, *ATTRIBUTION)


def mapped(target: str, fields: Sequence[Field], mapping: Mapping) -> Pick | None:
    """What the mapping says of `target`: None where it says nothing, an empty pick where nothing came."""
    paths = mapping.get(target)
    if not paths:
        return None
    wanted = [paths] if isinstance(paths, str) else list(paths)
    found = [one for path in wanted if (one := _at(path, fields)) is not None]
    return Pick(" ".join(one.text for one in found), tuple(found)) if found else NOTHING


def _at(path: str, fields: Iterable[Field]) -> Field | None:
    """By path, by position (`answers.0.value` too), at last by the name of the key or the label."""
    wanted, known = normal_path(path), list(fields)
    # A path to `…value` means the answer itself, which is one field here
    answer = wanted.rpartition(".")[0]
    readings: list[Callable[[Field], bool]] = [
        lambda one: normal_path(one.path) == wanted,
        lambda one: normal_path(one.position) == wanted,
        lambda one: bool(one.labels) and normal_path(one.position) == answer,
        lambda one: plain(one.key) == plain(path) or plain(path) in one.words,
    ]
    found = (one for is_meant in readings for one in known if is_meant(one))
    return next(found, None)


def normal_path(path: str) -> str:
    """`$.items[0].name`, `items.0.name` and `Items.0.Name` are one path."""
    bracketless = path.strip().replace("[", ".").replace("]", "").replace('"', "").replace("'", "")
    return ".".join(
        part.strip().casefold() for part in bracketless.removeprefix("$").split(".") if part.strip()
    )
