"""What a lead's slots say, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from leads.models import Lead
from leads.slot_words import CHOICES, LABELS, MONEY, WITH_CHOICES

# Below this a number that is not money may be a year or a postcode.
FIRST_GROUPED = 10_000
FIRST_GROUPED_MONEY = 1_000
UNKNOWN = "–"


@dataclass(frozen=True)
class Names:
    """How a question and its choices are called: `choices` is key → label."""

    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


UNNAMED = Names()
NamesOf = Callable[[Lead], Mapping[str, Names]]
_asked: list[NamesOf] = []


def learn_names_from(names_of: NamesOf) -> None:
    """Who asks the questions knows their names; this app does not know who asks."""
    _asked.append(names_of)


def slot_lines(lead: Lead, names: Mapping[str, Names] | None = None) -> list[dict[str, str]]:
    """`{label, value, quote}` of each slot. `names`: of `names_for`, where they are known already."""
    names = names_for(lead) if names is None else names
    return [slot_line(key, slot, names.get(key, UNNAMED)) for key, slot in lead.slots.items()]


def interest_of(lead: Lead) -> str:
    """What a lead wants, as its playbook calls it."""
    return interest_in_words(lead.product, lead.slots, names_for(lead))


def interest_in_words(
    product: str, slots: Mapping[str, Any], names: Mapping[str, Names] = MappingProxyType({})
) -> str:
    """A product that the agent took from a slot is the key of a choice; anybody else's is in their own words.

    Where no slots are shown, as of a lead that waits in a pool, a key is known by itself.
    """
    if not slots and product in CHOICES:
        return capitalised(str(CHOICES[product]))
    for key, slot in slots.items():
        if product and isinstance(slot, Mapping) and slot.get("value") == product:
            chosen = _chosen(key, product, names.get(key, UNNAMED))
            return product if chosen == product else capitalised(chosen)
    return product


def names_for(lead: Lead) -> dict[str, Names]:
    """How whoever asked calls each slot and its choices."""
    names: dict[str, Names] = {}
    for names_of in _asked if lead.slots else ():
        names |= names_of(lead)
    return names


def slot_line(key: str, slot: Any, names: Names = UNNAMED) -> dict[str, str]:
    """A slot is `{value, quote, …}`, an amount in foreign money has its `currency` beside it; a bare value is
    shown as it is."""
    facts = slot if isinstance(slot, Mapping) else {"value": slot}
    return {
        "label": str(LABELS.get(key) or capitalised(names.label or key)),
        "value": f"{_chosen(key, facts.get('value'), names)} {facts.get('currency') or ''}".rstrip(),
        "quote": str(facts.get("quote") or facts.get("evidence") or ""),
    }


def _chosen(key: str, value: Any, names: Names) -> str:
    """A choice by its label, anything else as a value."""
    if isinstance(value, list):
        return ", ".join(_chosen(key, part, names) for part in value)
    if isinstance(value, str) and value in names.choices:
        return names.choices[value]
    if isinstance(value, str) and key in WITH_CHOICES:
        return str(CHOICES.get(value) or value.replace("_", " ") or UNKNOWN)
    return shown(value, FIRST_GROUPED_MONEY if key in MONEY else FIRST_GROUPED)


def shown(value: Any, first_grouped: int = FIRST_GROUPED) -> str:
    """A JSON value as a person would write it; numbers from `first_grouped` on with separators."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return formats.number_format(value, use_l10n=True, force_grouping=abs(value) >= first_grouped)
    if isinstance(value, Mapping) and value and value.keys() <= {"min", "max"}:
        return _range(shown(value.get("min"), first_grouped), shown(value.get("max"), first_grouped))
    if isinstance(value, Mapping):
        return ", ".join(f"{capitalised(name)}: {shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(shown(part) for part in value)
    return str(value)


def _range(lowest: str, highest: str) -> str:
    if lowest == UNKNOWN:
        return _("up to %(highest)s") % {"highest": highest} if highest != UNKNOWN else UNKNOWN
    if highest == UNKNOWN:
        return _("from %(lowest)s") % {"lowest": lowest}
    return lowest if lowest == highest else f"{lowest} – {highest}"


def capitalised(name: str) -> str:
    """A key as words: "max_price" → "Max price"."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
