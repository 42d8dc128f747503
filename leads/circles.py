"""Lays out the turns of a circle, so that giving out a lead is one step along a fixed sequence.

With equal weights everybody has one turn, in order. With weights the turns are spread by Tijdeman's
rule for the chairman assignment problem (Discrete Mathematics 32, 1980): after any number of turns
nobody is more than one lead away from their exact share.
"""

from collections.abc import Sequence
from math import gcd

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from leads import circle_layouts
from leads.models import Assignment, AssignmentRule, CircleTurn, Consultant, RuleMember, User


def spread(weights: Sequence[int]) -> list[int]:
    """The order of turns for seats of these weights: indexes into `weights`, sum(weights) / gcd of them."""
    divisor = gcd(*weights) if weights else 1
    shares = [weight // divisor for weight in weights]
    # Equal weights need no spreading: one turn each, in the order of the seats
    if len(shares) < 2 or len(set(shares)) == 1:
        return list(range(len(shares)))
    total, slack = sum(shares), 2 * len(shares) - 2
    given, order = [0] * len(shares), []
    for turn in range(1, total + 1):
        # In parts of 1/total of a turn: who is ready is told in
        # whole numbers, where fractions would be off by a hair
        behind = [share * turn - total * had for share, had in zip(shares, given, strict=True)]
        ready = [seat for seat, lag in enumerate(behind) if lag * slack >= total]
        # Of those at least 1/(2n - 2) of a turn behind, whoever would first fall too far behind
        chosen = min(ready, key=lambda seat: (total * (slack - 1) - slack * behind[seat]) / shares[seat])
        given[chosen] += 1
        order.append(chosen)
    return order


@transaction.atomic
def arrange(rule: AssignmentRule, by: User | None = None) -> None:
    """Lay out the turns anew after seats or weights changed, and write down that `by` did (None: the system).

    The round goes on behind whoever had the last turn; nobody is owed anything for turns that were not theirs.
    """
    # As decisions lock it: without the key, which every ledger row that names the rule shares
    rule = AssignmentRule.objects.select_for_update(no_key=True).get(pk=rule.pk)
    # Before the turns are deleted: afterwards nobody knows whose the last one was
    last = _last_turn(rule)
    _recall_counts(rule)
    members = list(rule.members.order_by("position", "id"))
    order = [members[index] for index in spread([member.weight for member in members])]
    if _is_laid_out(rule, order):
        return
    CircleTurn.objects.filter(rule=rule).delete()
    turns = [
        CircleTurn(rule=rule, position=place, member=member) for place, member in enumerate(order, start=1)
    ]
    CircleTurn.objects.bulk_create(turns, batch_size=1000)
    pointer = next((turn.position for turn in turns if turn.member_id == last), 0)
    circle_layouts.write_down(rule, [member.consultant_id for member in order], pointer, by)
    rule.pointer = pointer
    rule.save(update_fields=["pointer"])


def _is_laid_out(rule: AssignmentRule, order: Sequence[RuleMember]) -> bool:
    """Turns go with their seat, so what stands may fit although nobody wrote down that somebody left."""
    known = rule.layouts.order_by("-pk").values_list("turns", flat=True).first()
    stands = CircleTurn.objects.filter(rule=rule).order_by("position").values_list("position", "member")
    wanted = list(enumerate((member.pk for member in order), start=1))
    return known == [member.consultant_id for member in order] and list(stands) == wanted


def _last_turn(rule: AssignmentRule) -> int | None:
    """The seat of the last turn; where that was given up, of the turn before it. Turns go with their seat."""
    had = CircleTurn.objects.filter(rule=rule, position__lte=rule.pointer).order_by("-position")
    return had.values_list("member_id", flat=True).first()


def _recall_counts(rule: AssignmentRule) -> None:
    """A new seat of somebody who sat here before counts on from what the ledger gave them."""
    had = rule.assignment_set.filter(consultant=OuterRef("consultant"), outcome=Assignment.Outcome.ASSIGNED)
    given = had.order_by().values("consultant").annotate(count=Count("pk")).values("count")
    rule.members.filter(leads_given=0).update(leads_given=Coalesce(Subquery(given), 0))


@transaction.atomic
def seat(
    rule: AssignmentRule,
    consultants: Sequence[Consultant],
    weights: Sequence[int] | None = None,
    by: User | None = None,
) -> None:
    """Put these consultants at the end of the circle; whoever sits there already keeps the seat."""
    start = rule.members.aggregate(last=Max("position"))["last"] or 0
    RuleMember.objects.bulk_create(
        [
            RuleMember(rule=rule, consultant=consultant, position=start + number, weight=weight)
            for number, (consultant, weight) in enumerate(
                zip(consultants, weights or [1] * len(consultants), strict=True), start=1
            )
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    arrange(rule, by)
