"""Proves that the assignment ledger and the present state tell the same story."""

from collections.abc import Iterator
from heapq import merge

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet

from leads.models import Assignment, AssignmentRule, CircleLayout, Lead, RuleMember, Status


def contradictions() -> Iterator[str]:
    """One sentence for each place where replaying the ledger gives something else than the rows say."""
    yield from _owners()
    yield from _pools()
    yield from _decisions()
    yield from _seats()
    for rule in AssignmentRule.objects.all():
        yield from _pointer(rule)


def contradictions_at_once() -> list[str]:
    """The same of one moment, while leads are given out: each statement alone would see a later one."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One snapshot for all that follows (PostgreSQL
            # 13.2.2); it must be the transaction's first statement
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return list(contradictions())


def _owners() -> Iterator[str]:
    """The last decision that took effect names the lead's consultant."""
    for decision, lead in _last(Assignment.objects.exclude(outcome=Assignment.Outcome.NO_CONSULTANTS)):
        if lead.consultant_id != decision.consultant_id and not _was_taken_away(decision):
            yield f"Lead {lead.pk} is not with the consultant of decision {decision.pk}"
    # Somebody wrote the consultant past the services
    ownerless = Lead.objects.exclude(consultant=None).filter(assignments=None)
    yield from (
        f"Lead {pk} has a consultant without a decision" for pk in ownerless.values_list("pk", flat=True)
    )


def _last(decisions: QuerySet[Assignment]) -> Iterator[tuple[Assignment, Lead]]:
    """The last of these about each lead that there is. Of one that was erased, only what it moved is left."""
    last = decisions.exclude(lead=None).order_by().values("lead").annotate(last=Max("id")).values("last")
    rows = Assignment.objects.filter(pk__in=last).select_related("lead__status")
    for decision in rows.iterator(chunk_size=1000):
        if decision.lead is not None:
            yield decision, decision.lead


def _was_taken_away(assignment: Assignment) -> bool:
    """A later decision that found nobody took the lead from a consultant who left."""
    return Assignment.objects.filter(
        lead=assignment.lead_id, pk__gt=assignment.pk, previous_consultant=assignment.consultant_id
    ).exists()


def _pools() -> Iterator[str]:
    """An open lead stands in the pool that its last decision put it into, and in none after any other; what
    is won or lost waits for nobody."""
    for decision, lead in _last(Assignment.objects.all()):
        is_open = lead.status.kind == Status.Kind.OPEN
        if lead.needs_manager != (is_open and decision.outcome == Assignment.Outcome.ESCALATED):
            yield f"Lead {lead.pk} waits for a manager, or not, other than decision {decision.pk} says"
        is_pooled = is_open and decision.outcome == Assignment.Outcome.POOLED
        if lead.pool_id != (decision.rule_id if is_pooled else None):
            yield f"Lead {lead.pk} is not in the pool that decision {decision.pk} says"


def _decisions() -> Iterator[str]:
    """Each rule counts as many leads as the ledger says it gave."""
    for rule in AssignmentRule.objects.all():
        given = rule.assignment_set.filter(outcome=Assignment.Outcome.ASSIGNED).count()
        if rule.decisions != given:
            yield f"{rule} counts {rule.decisions} leads, the ledger {given}"


def _seats() -> Iterator[str]:
    """What a seat counted is what the ledger gave it."""
    for rule in AssignmentRule.objects.all():
        assigned = rule.assignment_set.filter(outcome=Assignment.Outcome.ASSIGNED)
        given = dict(assigned.values_list("consultant").annotate(Count("id")))
        for seat in RuleMember.objects.filter(rule=rule):
            if seat.leads_given != given.get(seat.consultant_id, 0):
                yield f"{seat} counts {seat.leads_given} leads, the ledger {given.get(seat.consultant_id, 0)}"


def _pointer(rule: AssignmentRule) -> Iterator[str]:
    """Each decision and each change of the circle begins where the one before left the pointer, each decision
    ends at a turn of whoever got the lead, and the last of all is where the pointer stands."""
    pointer, turns = 0, None
    for step in _steps(rule):
        reached = step.pointer_after or 0
        # Before the first layout that was written down there is nothing to compare with
        if step.pointer_before != pointer and turns is not None:
            yield f"{rule} stood at {pointer}, but “{step.reason}” begins at {step.pointer_before}"
        if isinstance(step, CircleLayout):
            turns = step.turns
        elif turns and step.consultant_id not in (None, *turns[reached - 1 : reached]):
            yield f"{rule} has no turn {reached} of the consultant of decision {step.pk}"
        pointer = reached
    if rule.pointer != pointer:
        yield f"{rule} stands at {rule.pointer}, the ledger leads to {pointer}"


def _steps(rule: AssignmentRule) -> Iterator[Assignment | CircleLayout]:
    """What moved the pointer, in order. What was decided before changes were written down proves nothing."""
    layouts = rule.layouts.order_by("pk")
    decided = rule.assignment_set.filter(pointer_after__isnull=False).order_by("pk")
    return merge(
        decided.iterator(chunk_size=1000),
        layouts.iterator(),
        key=lambda step: (step.follows, 1) if isinstance(step, CircleLayout) else (step.pk, 0),
    )
