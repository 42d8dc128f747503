"""Giving leads to consultants, each time with a ledger row that says why."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leads import clock
from leads.actors import SYSTEM, Actor, person
from leads.assignment import Pick, hold_capacity, pick_consultant
from leads.errors import InvalidError, NotAllowedError
from leads.models import Assignment, Consultant, Lead, LeadEvent, User
from leads.reasons import explain
from leads.rules import active_rules, circles_for
from leads.services import writes
from leads.services.access import get_lead

QUEUE_BATCH = 50
PLACE = ["consultant", "assigned_at", "awaits_consultant_since"]
# What boards hear of each outcome.
ACTIONS: dict[str, str] = {
    Assignment.Outcome.ASSIGNED: "assigned",
    Assignment.Outcome.POOLED: "pooled",
    Assignment.Outcome.NO_CONSULTANTS: "unassigned",
}


def assign_lead(
    *, lead: Lead, actor: Actor, trigger: str, to: Consultant | None = None, may_keep: bool = True
) -> Assignment:
    """Give `lead` to `to`, or to the next in the circle, or put it into a pool or the unassigned queue.

    The caller holds the lead's row in its transaction and has written everything else already: the
    rule's row is locked here, and the sooner the transaction ends the less others wait. Nobody being
    available is an outcome, not an error; a lead that has a consultant keeps them then, unless `may_keep`
    is false.
    """
    pick = _by_hand(to) if to else pick_consultant(lead)
    return decide(lead, pick, actor=actor, trigger=trigger, may_keep=may_keep)


def decide(lead: Lead, pick: Pick, *, actor: Actor, trigger: str, may_keep: bool = True) -> Assignment:
    """Write what was picked: the ledger's row, the timeline, the lead. The caller holds the lead's row."""
    previous = lead.consultant_id
    assignment = Assignment.objects.create(
        lead=lead,
        consultant_id=pick.consultant_id,
        previous_consultant_id=previous if previous != pick.consultant_id else None,
        rule=pick.rule,
        outcome=_outcome(pick),
        trigger=trigger,
        reason=explain(pick, actor, trigger),
        pointer_before=pick.pointer_before,
        pointer_after=pick.pointer_after,
        passed_over=list(pick.passed_over),
        estimated_response_seconds=pick.estimated_response_seconds,
        user=actor.user,
        notice=Assignment.Notice.PENDING if pick.consultant_id else Assignment.Notice.NONE,
    )
    if pick.consultant_id or pick.is_pool or not previous or not may_keep:
        _put(lead, pick, actor, assignment)
    return assignment


def assign_by_hand(
    *, user: User, lead_id: UUID | str, consultant_id: int | None = None, origin: str = ""
) -> Assignment:
    """A manager gives the lead to somebody, or back to the circle (`consultant_id` None)."""
    if not user.is_manager:
        raise NotAllowedError(_("Only managers assign leads."))
    with transaction.atomic():
        lead = get_lead(user, lead_id, lock=True)
        to = _active_consultant(consultant_id) if consultant_id is not None else None
        return assign_lead(lead=lead, actor=person(user, origin), trigger=Assignment.Trigger.MANUAL, to=to)


def assign_waiting_leads() -> int:
    """Give leads of the unassigned queue to whoever became available. Returns how many found somebody.

    One pass from the front of the queue. A lead whose circles have nobody free is passed over for
    those behind it; a circle that refused once is not asked again in the same pass. Safe in many
    workers at once: each lead is taken by one of them, in a transaction of its own.
    """
    given, rules = 0, active_rules()
    refused: set[int] = set()
    pools = {rule.pk for rule in rules if rule.is_pool}
    for lead in Lead.objects.awaiting_consultant().exclude(pool__in=pools).iterator():
        circles = circles_for(lead, rules)
        if circles <= refused:
            continue
        assignment = _assign_waiting_lead(lead)
        if assignment is not None and assignment.outcome == Assignment.Outcome.NO_CONSULTANTS:
            refused |= circles
        given += bool(assignment and assignment.outcome != Assignment.Outcome.NO_CONSULTANTS)
        if given == QUEUE_BATCH or len(refused) == len(rules):
            break
    return given


@transaction.atomic
def _assign_waiting_lead(seen: Lead) -> Assignment | None:
    """None when another worker has the lead. Of a refusal nothing is written, the first one is in the ledger."""
    waiting = Lead.objects.awaiting_consultant().select_for_update(skip_locked=True)
    lead = waiting.filter(pk=seen.pk, pool=seen.pool_id).first()
    if lead is None:
        return None
    assignment = assign_lead(lead=lead, actor=SYSTEM, trigger=Assignment.Trigger.QUEUE)
    if assignment.outcome == Assignment.Outcome.NO_CONSULTANTS:
        transaction.set_rollback(True)
    return assignment


def _put(lead: Lead, pick: Pick, actor: Actor, assignment: Assignment) -> None:
    previous, former_pool, now = lead.consultant_id, lead.pool_id, clock.now()
    lead.consultant_id = pick.consultant_id
    lead.pool = pick.rule if pick.is_pool else None
    lead.assigned_at = now if pick.consultant_id else None
    lead.awaits_consultant_since = None if pick.consultant_id else lead.awaits_consultant_since or now
    writes.record(
        lead,
        LeadEvent.Kind.ASSIGNED,
        actor,
        assignment=assignment.pk,
        outcome=assignment.outcome,
        trigger=assignment.trigger,
        consultant=pick.consultant_name,
        consultant_id=pick.consultant_id,
        rule=pick.rule.name if pick.rule else "",
        passed_over=list(pick.passed_over),
    )
    writes.changed(
        lead,
        [*PLACE, "pool"] if lead.pool_id != former_pool else PLACE,
        action=ACTIONS[assignment.outcome],
        actor=actor,
        lost_by=[previous] if previous and previous != pick.consultant_id else [],
    )


def _by_hand(consultant: Consultant) -> Pick:
    """A person may give somebody more than their capacity; circles that decide at the same moment notice."""
    if consultant.max_open_leads is not None:
        hold_capacity(consultant.pk)
    return Pick(
        rule=None,
        consultant_id=consultant.pk,
        consultant_name=str(consultant),
        estimated_response_seconds=consultant.typical_response_seconds,
    )


def _outcome(pick: Pick) -> str:
    if pick.is_pool:
        return Assignment.Outcome.POOLED
    return Assignment.Outcome.ASSIGNED if pick.consultant_id else Assignment.Outcome.NO_CONSULTANTS


def _active_consultant(consultant_id: int) -> Consultant:
    consultant = (
        Consultant.objects.select_related("user").filter(pk=consultant_id, user__is_active=True).first()
    )
    if consultant is None:
        raise InvalidError(fields={"consultant": [_("There is no such active consultant.")]})
    return consultant
