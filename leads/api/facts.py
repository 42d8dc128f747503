"""A lead as JSON: one shape for the REST API, the board and the live updates.

Built from plain rows (`values(*COLUMNS)`), because hundreds of them are asked for at once and a
model instance with its relations costs three times as much. Everything in it is ready for JSON.
"""

from datetime import UTC, datetime
from functools import reduce
from typing import Any

from leads.actors import Actor
from leads.models import Assignment, Consultant, Lead, LeadEvent
from leads.services import undoing

Row = dict[str, Any]

CARD_COLUMNS = (
    "id",
    "name",
    "phone",
    "email",
    "city",
    "product",
    "value",
    "source__slug",
    "source__name",
    "status_id",
    "position",
    "consultant_id",
    "consultant__user__username",
    "consultant__user__first_name",
    "consultant__user__last_name",
    "temperature",
    "score",
    "classification",
    "is_spam",
    "slots",
    "waiting_since",
    "last_message",
    "last_message_author",
    "last_message_at",
    "unread_count",
    "version",
    "changed_in",
    "created_at",
    "updated_at",
)
DETAIL_COLUMNS = (
    *CARD_COLUMNS,
    "language",
    "message",
    "creator",
    "attribution",
    "extra",
    "assigned_at",
    "awaits_consultant_since",
    "reply_due_at",
    "first_response_at",
    "closed_at",
    "archived_at",
    "merged_into_id",
)
# All that somebody sees of a lead that is not theirs yet: nothing that says who the person is.
POOLED_COLUMNS = (
    *("id", "product", "city", "language", "temperature", "score", "value"),
    *("source__slug", "source__name", "pool__name", "awaits_consultant_since"),
)
SAME_NAMES = (
    *("name", "phone", "email", "city", "product", "temperature", "score", "is_spam", "slots"),
    *("last_message", "last_message_author", "unread_count", "version"),
)
TIMES = ("waiting_since", "last_message_at", "created_at", "updated_at")
MORE_TIMES = (
    *("assigned_at", "awaits_consultant_since", "reply_due_at"),
    *("first_response_at", "closed_at", "archived_at"),
)
LEDGER_NAMES = (
    *("outcome", "trigger", "reason", "pointer_before", "pointer_after", "passed_over"),
    "estimated_response_seconds",
)
NO_CLASSIFICATION = {"source": "rules", "reasons": []}


def card_of_row(row: Row) -> dict[str, Any]:
    """The card from a row of CARD_COLUMNS. `position` is text: JavaScript's numbers would round it."""
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in SAME_NAMES},
        **{name: as_time(row[name]) for name in TIMES},
        # Fourteen digits at most; a double holds fifteen
        "value": None if row["value"] is None else float(row["value"]),
        "source": row["source__slug"],
        "source_name": row["source__name"] or "",
        "status": row["status_id"],
        "position": str(row["position"]),
        "consultant": _consultant(row),
        "classification": NO_CLASSIFICATION | row["classification"],
    }


def detail_of_row(row: Row) -> dict[str, Any]:
    """The card and the rest of what is known, from a row of DETAIL_COLUMNS."""
    return {
        **card_of_row(row),
        **{name: as_time(row[name]) for name in MORE_TIMES},
        **{name: row[name] for name in ("language", "message", "creator", "attribution", "extra")},
        "merged_into": row["merged_into_id"] and str(row["merged_into_id"]),
    }


def card_facts(lead: Lead) -> dict[str, Any]:
    """The card of a lead at hand; `source` and `consultant__user` should be loaded with it."""
    return card_of_row({path: _follow(lead, path) for path in CARD_COLUMNS})


def lead_facts(lead: Lead) -> dict[str, Any]:
    """Everything of a lead at hand."""
    return detail_of_row({path: _follow(lead, path) for path in DETAIL_COLUMNS})


# The rows that a merge moved, by their tables, and the waits that a move ended: of no use outside
_KEPT_TO_UNDO = frozenset({"moved", undoing.KEPT})


def event_facts(event: LeadEvent) -> dict[str, Any]:
    """One line of the timeline; `user` should be loaded with it."""
    return {
        "id": f"event-{event.pk}",
        "type": "event",
        "kind": event.kind,
        "actor": Actor(event.actor_kind, event.user).as_facts(),
        "data": {name: value for name, value in event.data.items() if name not in _KEPT_TO_UNDO},
        "created_at": as_time(event.created_at),
    }


def pooled_facts(row: Row) -> dict[str, Any]:
    """A lead that waits to be taken, from a row of POOLED_COLUMNS: what it is about, not who it is."""
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in ("product", "city", "language", "temperature", "score")},
        "value": None if row["value"] is None else float(row["value"]),
        "source": row["source__slug"],
        "source_name": row["source__name"] or "",
        "pool": row["pool__name"],
        "since": as_time(row["awaits_consultant_since"]),
    }


def assignment_facts(assignment: Assignment) -> dict[str, Any]:
    """One decision of who gets the lead; consultants with their users and `rule` should be loaded with it."""
    return {
        "id": assignment.pk,
        "lead": str(assignment.lead_id),
        "consultant": _person(assignment.consultant),
        "previous_consultant": _person(assignment.previous_consultant),
        "rule": assignment.rule and assignment.rule.name,
        **{name: getattr(assignment, name) for name in LEDGER_NAMES},
        "created_at": as_time(assignment.created_at),
    }


def as_time(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _consultant(row: Row) -> dict[str, Any] | None:
    if row["consultant_id"] is None:
        return None
    username = row["consultant__user__username"]
    full_name = f"{row['consultant__user__first_name']} {row['consultant__user__last_name']}".strip()
    return {"id": row["consultant_id"], "username": username, "name": full_name or username}


def _person(consultant: Consultant | None) -> dict[str, Any] | None:
    if consultant is None:
        return None
    return {"id": consultant.pk, "username": consultant.user.username, "name": str(consultant)}


def _follow(lead: Lead, path: str) -> Any:
    return reduce(lambda thing, name: None if thing is None else getattr(thing, name), path.split("__"), lead)
