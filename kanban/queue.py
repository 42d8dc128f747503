"""The strip above the board: what a consultant may take from a pool, what a manager must find somebody for."""

from typing import Any

from leads.api.facts import POOLED_COLUMNS, as_time, pooled_facts
from leads.models import Lead, RuleMember, User
from leads.queue_reasons import reasons_of
from leads.reports import unassigned_queue

SHOWN = 20
COUNT_LIMIT = 1000


def load_queue(user: User) -> dict[str, Any]:
    """`{is_managers, cards, count, more}`, hottest and oldest first. `more` wait behind those shown.

    A consultant's cards say what a lead is about and not who it is; a manager's add the name and why
    nobody has the lead. `can_take`: the reader sits in the circle of the lead's pool.
    """
    cards = _managers_cards(user) if user.is_manager else _consultants_cards(user)
    count = len(cards) if len(cards) <= SHOWN else _count(user)
    shown = cards[:SHOWN]
    return {"is_managers": user.is_manager, "cards": shown, "count": count, "more": count - len(shown)}


def _count(user: User) -> int:
    waiting = Lead.objects.awaiting_consultant() if user.is_manager else Lead.objects.takeable_by(user)
    return waiting[:COUNT_LIMIT].count()


def _consultants_cards(user: User) -> list[dict[str, Any]]:
    """One more than is shown, which tells that there are more."""
    # Never the whole row: what the card must not say is not read either
    rows: Any = Lead.objects.takeable_by(user).values(*POOLED_COLUMNS)
    return [pooled_facts(row) | {"can_take": True} for row in rows[: SHOWN + 1]]


def _managers_cards(user: User) -> list[dict[str, Any]]:
    own_pools = set(RuleMember.objects.filter(consultant=user.pk).values_list("rule", flat=True))
    waiting = unassigned_queue(SHOWN + 1)
    reasons = reasons_of(waiting)
    return [
        {
            "id": str(lead.pk),
            "name": str(lead),
            "product": lead.product,
            "city": lead.city,
            "value": lead.value,
            "temperature": lead.temperature,
            "score": lead.score,
            "source_name": lead.source.name if lead.source else "",
            "since": as_time(lead.awaits_consultant_since),
            "why": reasons[lead.pk],
            "can_take": lead.pool_id in own_pools,
        }
        for lead, _decision in waiting
    ]
