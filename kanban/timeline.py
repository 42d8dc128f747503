"""Everything that happened to a lead, newest first: its events, its assignments, its messages."""

from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from kanban.authors import author_facts
from leads.actors import Actor
from leads.api.facts import as_time, assignment_facts, event_facts
from leads.errors import InvalidError
from leads.models import Assignment, Lead, LeadEvent
from whatsapp.api.facts import message_facts
from whatsapp.models import Message

PAGE_SIZE = 50
Row = LeadEvent | Assignment | Message


class Place(NamedTuple):
    """Where a page ended. What happened in one instant is ordered by table, then by key."""

    at: datetime
    table: int
    key: Any

    @classmethod
    def parse(cls, text: str) -> Self:
        try:
            at, table, key = text.split("~")
            model = TABLES[int(table)]
            moment = parse_datetime(at)
            # A time without its zone would be taken for one of the server's own
            if moment is None or moment.tzinfo is None:
                raise ValueError(at)
            return cls(moment, int(table), model._meta.pk.to_python(key))
        except (ValueError, IndexError, OverflowError, ValidationError):
            raise InvalidError(fields={"cursor": [_("This cursor is not one of ours.")]}) from None

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(row.created_at, TABLES.index(type(row)), row.pk)

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.table}~{self.key}"

    def older(self, table: int) -> Q:
        """The rows of a table that come after this place."""
        earlier = Q(created_at__lt=self.at)
        if table > self.table:
            return earlier
        # Rows may share an instant: without a second key a page would repeat or leave out some of them
        tie = Q(created_at=self.at)
        return earlier | (tie if table < self.table else tie & Q(pk__lt=self.key))


def timeline_of(lead: Lead, after: str = "") -> tuple[list[dict[str, Any]], str | None]:
    """A page of entries, and the place of the next page; None at the end. Four queries at most.

    An entry: `{id, type: event|assignment|message, kind, actor, data, created_at}`.
    """
    place = Place.parse(after) if after else None
    rows = chain.from_iterable(_page(lead, table, place) for table in range(len(TABLES)))
    # A page of each table is enough: at worst the whole page comes from one of them
    newest = sorted(rows, key=Place.of, reverse=True)[: PAGE_SIZE + 1]
    shown = newest[:PAGE_SIZE]
    return [_entry(row) for row in shown], str(Place.of(shown[-1])) if len(newest) > PAGE_SIZE else None


def _page(lead: Lead, table: int, place: Place | None) -> QuerySet[Any]:
    rows = _rows(lead, TABLES[table]).order_by("-created_at", "-pk")
    return (rows.filter(place.older(table)) if place else rows)[: PAGE_SIZE + 1]


def _rows(lead: Lead, model: type[Model]) -> QuerySet[Any]:
    """An assignment stands for itself; the event that says the same is left out."""
    if model is LeadEvent:
        return lead.events.exclude(kind=LeadEvent.Kind.ASSIGNED).select_related("user")
    if model is Assignment:
        return lead.assignments.select_related(
            "consultant__user", "previous_consultant__user", "rule", "user"
        )
    return Message.objects.filter(conversation__lead=lead).select_related("user")


def _entry(row: Row) -> dict[str, Any]:
    if isinstance(row, LeadEvent):
        return event_facts(row)
    if isinstance(row, Message):
        return {
            "id": f"message-{row.pk}",
            "type": "message",
            "kind": row.direction,
            "actor": author_facts(row),
            "data": message_facts(row),
            "created_at": as_time(row.created_at),
        }
    decider = Actor(LeadEvent.Actor.USER if row.user else LeadEvent.Actor.SYSTEM, row.user)
    return {
        "id": f"assignment-{row.pk}",
        "type": "assignment",
        "kind": row.outcome,
        "actor": decider.as_facts(),
        "data": assignment_facts(row),
        "created_at": as_time(row.created_at),
    }


# Of one instant the message comes before the assignment that it led to; cursors carry the place in this list
TABLES: list[type[Model]] = [Message, Assignment, LeadEvent]
