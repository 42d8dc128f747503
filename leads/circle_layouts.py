"""The ledger's other half: each change of a circle, with who changed what, and where it left the pointer."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from leads.models import AssignmentRule, CircleLayout, Consultant, User

NAMED = 20


def write_down(rule: AssignmentRule, turns: list[int], pointer: int, by: User | None) -> None:
    """The circle whose row the caller holds has these turns now, ids of consultants, and this pointer."""
    before = rule.layouts.order_by("-pk").values_list("turns", flat=True).first()
    # The ledger keeps English, as of decisions; pages say it anew from the turns
    with translation.override("en"):
        reason = what_changed(before, turns, names_of({*(before or ()), *turns}))
    CircleLayout.objects.create(
        rule=rule,
        turns=turns,
        pointer_before=rule.pointer,
        pointer_after=pointer,
        # Decisions of one rule wait for its row before they take their ids, so ids tell their order.
        follows=rule.assignment_set.aggregate(last=Max("pk"))["last"] or 0,
        reason=reason,
        user=by,
    )


def what_changed(before: Sequence[int] | None, after: Sequence[int], names: Mapping[int, str]) -> str:
    """In the language that is switched on. Turns are ids of consultants; None: there was no layout before."""
    had, have = Counter(before or ()), Counter(after)
    changes = [
        (_("%(names)s joined"), have.keys() - had.keys()),
        (_("%(names)s left the circle"), had.keys() - have.keys()),
        (_("%(names)s changed weight"), {one for one in had.keys() & have.keys() if had[one] != have[one]}),
    ]
    told = [
        say % {"names": _listed(names.get(one, str(one)) for one in sorted(who))}
        for say, who in changes
        if who
    ]
    return "; ".join(told) or (
        _("The circle begins empty") if before is None else _("The order of turns changed")
    )


def names_of(ids: Collection[int]) -> dict[int, str]:
    """Whoever was deleted since goes by their number."""
    found = Consultant.objects.filter(pk__in=ids).select_related("user")
    return {one: str(one) for one in ids} | {one.pk: str(one) for one in found}


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    more = [_("%(count)d more") % {"count": len(known) - NAMED}] if len(known) > NAMED else []
    return ", ".join([*known[:NAMED], *more])
