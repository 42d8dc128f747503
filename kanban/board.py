"""The board: every column with its first cards and counts, in a fixed number of queries.

Each column's first page comes from the index (status, position, id), so that a million leads cost
what a hundred do; a window function over the whole table would take a second. Counts stop at
COUNT_LIMIT for the same reason.
"""

from typing import Any
from uuid import UUID

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery

from kanban.cards import cards_of
from kanban.cursor import read_cursor
from leads.api.facts import CARD_COLUMNS, card_of_row
from leads.api.filters import LeadFilters
from leads.errors import NotFoundError
from leads.models import Lead, Status, User
from leads.models.lead import LeadQuerySet

PAGE_SIZE = 25
COUNT_LIMIT = 1000
EVERYTHING = LeadFilters()


class CountRows(Subquery):
    """How many rows a sliced query has."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def load_board(user: User, filters: LeadFilters = EVERYTHING) -> dict[str, Any]:
    """`{seq, columns: [{status, name, kind, count, count_is_capped, waiting, cards, next}]}`.

    `seq` is read first: changes after it, applied to these columns, give the board of any later time.
    """
    # The other order would lose what commits between the rows and the cursor
    seq = read_cursor().seq
    leads = filters.apply(Lead.objects.visible_to(user).on_board())
    statuses = list(_with_counts(leads))
    cards = _first_cards(leads, statuses)
    columns = [{**_counts(status), **_page(cards[status.pk])} for status in statuses]
    return {"seq": seq, "columns": columns}


def count_columns(user: User, filters: LeadFilters = EVERYTHING) -> list[dict[str, Any]]:
    """`[{status, name, kind, count, count_is_capped, waiting}]`: the columns without their cards."""
    leads = filters.apply(Lead.objects.visible_to(user).on_board())
    return [_counts(status) for status in _with_counts(leads)]


def load_column(user: User, slug: str, filters: LeadFilters = EVERYTHING, after: str = "") -> dict[str, Any]:
    """`{status, cards, next}`: the next page of one column, below the place that `next` named."""
    if not Status.objects.filter(pk=slug).exists():
        raise NotFoundError
    leads = filters.apply(Lead.objects.visible_to(user).on_board()).filter(status=slug)
    if after:
        leads = leads.filter(_below(after))
    cards = cards_of(leads.order_by("position", "id")[: PAGE_SIZE + 1])
    return {"status": slug, **_page(cards)}


def _with_counts(leads: LeadQuerySet) -> QuerySet[Status]:
    here = leads.filter(status=OuterRef("slug")).order_by().values("pk")
    waiting = here.filter(waiting_since__isnull=False)
    return Status.objects.annotate(
        count=CountRows(here[: COUNT_LIMIT + 1]), waiting=CountRows(waiting[: COUNT_LIMIT + 1])
    )


def _first_cards(leads: LeadQuerySet, statuses: list[Status]) -> dict[str, list[dict[str, Any]]]:
    """The first page of each column and one card more, which tells that there is a next page."""
    cards: dict[str, list[dict[str, Any]]] = {status.pk: [] for status in statuses}
    pages = [_top(leads, status) for status in statuses]
    # UNION ALL of small index reads: one trip, and PostgreSQL stops in each column after its page
    for row in pages[0].union(*pages[1:], all=True) if pages else []:
        cards[row["status_id"]].append(card_of_row(row))
    return cards


def _top(leads: LeadQuerySet, status: Status) -> QuerySet[Lead, dict[str, Any]]:
    ordered = leads.filter(status=status).order_by("position", "id")
    return ordered.values(*CARD_COLUMNS)[: PAGE_SIZE + 1]


def _counts(status: Any) -> dict[str, Any]:
    return {
        "status": status.pk,
        "name": status.title,
        "kind": status.kind,
        # Counted one further than the limit, which tells "1,000" from "more than 1,000"
        "count": min(status.count, COUNT_LIMIT),
        "count_is_capped": status.count > COUNT_LIMIT,
        "waiting": min(status.waiting, COUNT_LIMIT),
    }


def _page(cards: list[dict[str, Any]]) -> dict[str, Any]:
    """`next` is the place below which the next page begins, as `{position}_{id}`; None at the end."""
    shown = cards[:PAGE_SIZE]
    is_last = len(cards) <= PAGE_SIZE
    return {"cards": shown, "next": None if is_last else f"{shown[-1]['position']}_{shown[-1]['id']}"}


def _below(place: str) -> Q:
    # A place and no page number: cards that come on top meanwhile do not move the next page
    position, _, lead_id = place.partition("_")
    try:
        at, last = int(position[:20]), UUID(lead_id)
    except ValueError:
        raise NotFoundError from None
    return Q(position__gt=at) | Q(position=at, pk__gt=last)
