"""What changed on a user's board after a cursor: the repair for every frame that a socket lost."""

from typing import Any

from kanban.board import EVERYTHING
from kanban.cards import cards_of
from kanban.cursor import read_cursor
from leads.api.filters import LeadFilters
from leads.models import Assignment, Lead, User

LIMIT = 500
RESET = {"reset": True}


def changes_since(user: User, since: int, filters: LeadFilters = EVERYTHING) -> dict[str, Any]:
    """`{seq, leads: [card…], removed: [id…]}`, or `{reset: true}` where loading the board is cheaper.

    `removed` are leads that changed and are not on this board now: archived, merged, given to
    somebody else, or moved out of the filter. A cursor of the future is another database's: reset.
    """
    cursor = read_cursor()
    # After a dump is restored into a new cluster, ids begin anew: the cursor would hide years of changes
    if since > cursor.newest:
        return RESET
    changed = _changed_ids(user, since)
    if len(changed) > LIMIT:
        return RESET
    on_board = filters.apply(Lead.objects.visible_to(user).on_board())
    cards = cards_of(on_board.filter(pk__in=changed))
    removed = changed - {card["id"] for card in cards}
    return {"seq": cursor.seq, "leads": cards, "removed": sorted(removed)}


def _changed_ids(user: User, since: int) -> set[str]:
    """Leads the user sees or has lost, changed after the cursor; more than LIMIT of them says enough.

    Read before the cards: a lead that changes in between is then newer than told, not missing.
    """
    seen = Lead.objects.visible_to(user).filter(changed_in__gt=since).values_list("pk", flat=True)
    lost = Assignment.objects.filter(previous_consultant=user.pk, changed_in__gt=since).values_list(
        "lead", flat=True
    )
    # One over the limit is enough to know that there are too many
    return {str(pk) for pk in [*seen[: LIMIT + 1], *lost[: LIMIT + 1]]}
