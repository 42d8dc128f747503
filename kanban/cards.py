"""Cards: a lead as the board shows it, the same in the first page, in the changes and on the socket."""

from typing import Any

from leads.api.facts import CARD_COLUMNS, card_facts, card_of_row
from leads.models.lead import LeadQuerySet

__all__ = ["card_facts", "cards_of"]


def cards_of(leads: LeadQuerySet) -> list[dict[str, Any]]:
    """One query, whatever the number of leads."""
    return [card_of_row(row) for row in leads.values(*CARD_COLUMNS)]
