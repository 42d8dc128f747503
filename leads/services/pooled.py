"""Leads that wait in a pool are told to whoever may take them now, also to those who come back later."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leads.models import Assignment, AssignmentRule, Lead, Notice
from leads.rules import takers_of
from leads.services.notices import notify

# Of each pool. Somebody who comes back to more than that looks at the board, not at a hundred letters.
TOLD_OF = 50
BATCH = 200


class _Owed(NamedTuple):
    user_id: int
    key: str
    lead: Lead


def pooled_key(decision: Assignment) -> str:
    """Each wait is told once to each person; one that began again after the decision is another wait."""
    lead = decision.lead
    since = lead.awaits_consultant_since if lead else None
    # Opened again in its pool, a lead waits anew without another decision
    again = f":{since.timestamp():.0f}" if since and since > decision.created_at else ""
    return f"{Notice.Kind.POOLED}:{decision.pk}{again}"


def tell_takers() -> int:
    """Owe notices to those who may take a waiting lead and have not heard of it: they were away, or their
    switch was off, or it waits again. Returns how many are owed now; what is beyond a batch is told next."""
    return sum(
        notify(user_id=one.user_id, kind=Notice.Kind.POOLED, key=one.key, lead=one.lead)
        for one in _untold(BATCH)
    )


def _untold(most: int) -> list[_Owed]:
    owed: list[_Owed] = []
    pools = AssignmentRule.objects.filter(is_active=True, strategy=AssignmentRule.Strategy.POOL)
    for pool in pools.order_by("position", "id"):
        decisions = _decisions_of(pool)
        # Counting what everybody has costs more than finding that nothing waits
        takers = takers_of(pool.pk) if decisions else []
        owed += _missing(decisions, takers)
        if len(owed) >= most:
            break
    return owed[:most]


def _decisions_of(pool: AssignmentRule) -> list[Assignment]:
    """What put each of the leads that wait longest into this pool."""
    waiting = Lead.objects.open().filter(pool=pool).exclude(awaits_consultant_since=None)
    longest = list(waiting.order_by("awaits_consultant_since", "pk").values_list("pk", flat=True)[:TOLD_OF])
    decided = Assignment.objects.filter(lead__in=longest, rule=pool, outcome=Assignment.Outcome.POOLED)
    last = decided.order_by("lead_id", "-pk").distinct("lead_id")
    return list(last.select_related("lead"))


def _missing(decisions: Sequence[Assignment], takers: Sequence[int]) -> Iterator[_Owed]:
    keys = {pooled_key(decision): decision for decision in decisions}
    known = set(Notice.objects.filter(user__in=takers, key__in=keys).values_list("user", "key"))
    for key, decision in keys.items():
        if decision.lead is not None:
            yield from (_Owed(one, key, decision.lead) for one in takers if (one, key) not in known)
