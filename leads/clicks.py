"""Whose advertisement somebody clicked, told by the click ids that came with them.

One expression, written the same in the index and in the query, so that the few who clicked are found
among a million leads.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import CharField, Func, Q, QuerySet

Leads = TypeVar("Leads", bound=QuerySet[Any])
# Click-to-WhatsApp before the rest of Meta's: its leads have an `fbclid` at times.
CLICK_IDS = {
    "google": ("gclid", "gbraid", "wbraid", "dclid"),
    "whatsapp": ("ctwa_clid",),
    "meta": ("fbclid", "fbc"),
    "microsoft": ("msclkid",),
    "tiktok": ("ttclid",),
    "linkedin": ("li_fat_id",),
    "x": ("twclid",),
}
ANY = "any"
NONE = "none"


def _when(place: str, ids: tuple[str, ...]) -> str:
    keys = ", ".join(f"'{one}'" for one in ids)
    return f"WHEN jsonb_exists_any(%(expressions)s, ARRAY[{keys}]) THEN '{place}'"


class ClickedAt(Func):
    """A key of `CLICK_IDS`, or NULL where no click id came."""

    template = f"(CASE {' '.join(_when(place, ids) for place, ids in CLICK_IDS.items())} END)"
    output_field = CharField()

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*(expressions or ("attribution",)), **extra)


# The indexes hold these alone, and serve only who asks for it: most leads came by themselves
ATTRIBUTED = ~Q(attribution={})


def attributed(leads: Leads, facts: Mapping[str, str]) -> Leads:
    """Those whose attribution has all of `facts`."""
    return leads.filter(ATTRIBUTED, attribution__contains=dict(facts))


def clicked(leads: Leads, place: str) -> Leads:
    """Those who clicked there: a key of `CLICK_IDS`, `any` or `none`. Nobody for another word."""
    known = leads.alias(clicked_at=ClickedAt())
    if place == NONE:
        return known.filter(clicked_at=None)
    return known.filter(
        ATTRIBUTED, **({"clicked_at__isnull": False} if place == ANY else {"clicked_at": place})
    )
