"""A move that is taken back a moment later: whatever it ended goes on as though nothing had been touched."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from leads import clock
from leads.models import Lead, LeadEvent

# As long as "Undo" stands on the board, and a look at what one has just done
SLIP = timedelta(minutes=5)
KEPT = "ended"
WAITS = ("awaits_consultant_since", "alert_at", "reply_due_at", "reminded_at")


def waits_of(lead: Lead) -> dict[str, datetime]:
    """Since when, and until when, somebody is awaited."""
    times = {name: getattr(lead, name) for name in WAITS}
    return {name: at for name, at in times.items() if at is not None}


def ended(before: dict[str, datetime], lead: Lead) -> dict[str, Any]:
    """What a move keeps on the timeline of the waits that it ended: they may be needed once more."""
    if before.keys() <= waits_of(lead).keys():
        return {}
    return {KEPT: {name: at.isoformat() for name, at in {**before, "at": clock.now()}.items()}}


def take_back(lead: Lead) -> Iterable[str]:
    """Put back the waits that the last move ended, where the lead is back where that one found it. The caller
    holds the row, and is told the fields. Nothing is put back once anybody decided, answered or opted out."""
    last = lead.events.filter(kind=LeadEvent.Kind.MOVED).first()
    kept = last.data.get(KEPT) if last and last.data.get("came_from") == lead.status_id else None
    if last is None or not kept or _has_gone_on(lead, last, parse_datetime(kept["at"])):
        return []
    for name in WAITS:
        setattr(lead, name, parse_datetime(kept[name]) if name in kept else None)
    return WAITS


def _has_gone_on(lead: Lead, move: LeadEvent, at: datetime | None) -> bool:
    """It is no slip any more, or something happened since that these waits would have ended by."""
    if at is None or clock.now() - at > SLIP or lead.opted_out_at is not None or lead.is_spam:
        return True
    spoken_at = lead.last_message_at if lead.last_message_author == "consultant" else None
    # The first answer too, for the client may have written again since
    is_answered = any(one is not None and one >= at for one in (lead.first_response_at, spoken_at))
    return is_answered or lead.assignments.filter(created_at__gte=move.created_at).exists()
