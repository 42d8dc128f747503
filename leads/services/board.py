"""What people do to a lead on the board and on its page."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads import clock
from leads.actors import Actor, person
from leads.errors import ConflictError, InvalidError, NotAllowedError
from leads.models import Assignment, Lead, LeadEvent, Status, User
from leads.models.rules import DEFAULT_ALERT_MINUTES
from leads.positions import place
from leads.services import undoing, writes
from leads.services.access import get_lead, get_lead_to_move

_DUE = ("awaits_consultant_since", "alert_at", "reply_due_at", "reminded_at")


@transaction.atomic
def move_lead(
    *,
    user: User,
    lead_id: UUID | str,
    status: str,
    after: UUID | None = None,
    before: UUID | None = None,
    expected_status: str | None = None,
    origin: str = "",
) -> Lead:
    """Put the card into the column `status`, below the card `after` or above `before`, else on top.

    ConflictError when the lead is no longer in `expected_status`: the mover looked at an old board.
    Other changes meanwhile, such as a new message, do not stand in the way.
    """
    lead = get_lead_to_move(user, lead_id, lock=True)
    if expected_status is not None and lead.status_id != expected_status:
        raise ConflictError(
            _("Somebody moved this lead a moment ago. Your move was not saved."), current=lead
        )
    target = Status.objects.filter(pk=status).first()
    if target is None:
        raise InvalidError(fields={"status": [_("There is no such status.")]})
    move_to(lead, target, person(user, origin), after=after, before=before)
    return lead


def move_to(
    lead: Lead, target: Status, actor: Actor, *, after: UUID | None = None, before: UUID | None = None
) -> None:
    """Move a lead whose row the caller holds. Also the agent's way to a status.

    A closed lead waits for nobody. One without a consultant that a person opens again waits in the
    unassigned queue; what the machinery opens again, it goes on to assign. Taken back a moment later, a
    move leaves every wait as it was.
    """
    came_from, was_closed, fields = lead.status_id, lead.closed_at is not None, ["position"]
    lead.position = place(lead, target.pk, after, before)
    if target.pk != came_from:
        waits = undoing.waits_of(lead)
        lead.status = target
        lead.closed_at = None if target.kind == Status.Kind.OPEN else timezone.now()
        fields += ["status", "closed_at", *sorted(_wait_as_it_stands(lead, actor, was_closed))]
        kept = undoing.ended(waits, lead)
        writes.record(lead, LeadEvent.Kind.MOVED, actor, came_from=came_from, to=target.pk, **kept)
    writes.changed(lead, fields, action="status_changed" if "status" in fields else "reordered", actor=actor)


def _wait_as_it_stands(lead: Lead, actor: Actor, was_closed: bool) -> set[str]:
    """Who is awaited now that the lead stands in another column: by the names of the fields that say so."""
    if lead.closed_at is not None:
        return set(_wait_no_more(lead))
    fields = set()
    if actor.user is not None and actor.user.pk == lead.consultant_id:
        # Who calls instead of writing moves the card on: that is a first answer as well.
        lead.reply_due_at = lead.reminded_at = None
        fields = {"reply_due_at", "reminded_at"}
    elif actor.user is not None and lead.consultant_id is None and was_closed:
        fields = set(_wait_for_consultant(lead))
    return fields.union(undoing.take_back(lead)) if actor.user is not None else fields


def _wait_no_more(lead: Lead) -> list[str]:
    """Of what is won or lost nobody takes or decides anything."""
    lead.awaits_consultant_since = lead.alert_at = None
    lead.reply_due_at = lead.reminded_at = None
    fields = [*_DUE, "needs_manager"] + (["pool"] if lead.pool_id else [])
    lead.pool, lead.needs_manager = None, False
    return fields


def _wait_for_consultant(lead: Lead) -> list[str]:
    """Where the last decision put the lead: a pool, the managers' hands, else the unassigned queue."""
    if lead.awaits_consultant_since is not None or lead.is_spam:
        return []
    last = lead.assignments.select_related("rule").order_by("-pk").first()
    lead.pool = last.rule if last and last.outcome == Assignment.Outcome.POOLED else None
    lead.needs_manager = last is not None and last.outcome == Assignment.Outcome.ESCALATED
    lead.awaits_consultant_since, lead.alert_at = clock.now(), _alert_at(lead, last)
    return ["awaits_consultant_since", "alert_at", "pool", "needs_manager"]


def _alert_at(lead: Lead, last: Assignment | None) -> datetime | None:
    """As the rule says that was asked last; managers who are to decide have been told."""
    minutes = last.rule.alert_minutes if last and last.rule else DEFAULT_ALERT_MINUTES
    return None if minutes is None or lead.needs_manager else clock.now() + timedelta(minutes=minutes)


@transaction.atomic
def add_note(*, user: User, lead_id: UUID | str, text: str, origin: str = "") -> LeadEvent:
    """A colleague's remark on the timeline."""
    # PostgreSQL's text holds no NUL
    text = text.replace("\x00", "").strip()
    if not text:
        raise InvalidError(fields={"text": [_("Write something first.")]})
    lead = get_lead(user, lead_id, lock=True)
    note = writes.record(lead, LeadEvent.Kind.NOTE, person(user, origin), text=text[:5000])
    writes.changed(lead, [], action="note_added", actor=person(user, origin))
    return note


@transaction.atomic
def archive_lead(*, user: User, lead_id: UUID | str, origin: str = "") -> Lead:
    """Take a lead off the board. It stays in the database and in the admin."""
    if not user.is_manager:
        raise NotAllowedError(_("Only managers archive leads."))
    lead = get_lead(user, lead_id, lock=True)
    lead.archived_at, lead.awaits_consultant_since = timezone.now(), None
    writes.changed(
        lead,
        ["archived_at", "awaits_consultant_since"],
        action="archived",
        actor=person(user, origin),
        lost_by=[lead.consultant_id] if lead.consultant_id else [],
    )
    return lead


@transaction.atomic
def mark_read(*, user: User, lead_id: UUID | str, origin: str = "") -> Lead:
    """The reader has seen the last messages. Whoever waits for an answer still waits."""
    lead = get_lead(user, lead_id, lock=True)
    # A manager who looks in does not read the messages for the consultant
    if lead.unread_count and lead.consultant_id == user.pk:
        lead.unread_count = 0
        writes.changed(lead, ["unread_count"], action="read", actor=person(user, origin))
    return lead
