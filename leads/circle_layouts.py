"""The ledger's other half: each change of a circle, with who changed what, and where it left the pointer."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Max

from leads.models import AssignmentRule, CircleLayout, Consultant, User

NAMED = 20


def write_down(rule: AssignmentRule, turns: list[int], pointer: int, by: User | None) -> None:
    """The circle whose row the caller holds has these turns now, ids of consultants, and this pointer."""
    before = rule.layouts.order_by("-pk").values_list("turns", flat=True).first()
    CircleLayout.objects.create(
        rule=rule,
        turns=turns,
        pointer_before=rule.pointer,
        pointer_after=pointer,
        # Decisions of one rule wait for its row before they take their ids, so ids tell their order.
        follows=rule.assignment_set.aggregate(last=Max("pk"))["last"] or 0,
        reason=_what_changed(before, turns),
        user=by,
    )


def _what_changed(before: Sequence[int] | None, after: Sequence[int]) -> str:
    had, have = Counter(before or ()), Counter(after)
    names = _names({*had, *have})
    changes = {
        "joined": have.keys() - had.keys(),
        "left": had.keys() - have.keys(),
        "changed weight": {one for one in had.keys() & have.keys() if had[one] != have[one]},
    }
    told = [f"{_listed(names[one] for one in sorted(who))} {what}" for what, who in changes.items() if who]
    return "; ".join(told) or ("The circle begins empty" if before is None else "The order of turns changed")


def _names(ids: set[int]) -> dict[int, str]:
    """Whoever was deleted since goes by their number."""
    found = Consultant.objects.filter(pk__in=ids).select_related("user")
    return {one: str(one) for one in ids} | {one.pk: str(one) for one in found}


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    more = [f"{len(known) - NAMED} more"] if len(known) > NAMED else []
    return ", ".join([*known[:NAMED], *more])
