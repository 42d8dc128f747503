"""Telling people: what is owed becomes one notification per channel that the person wants.

Two queues: assignments whose notice is pending, and notices. `agent/telling.py` carries what is written here.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from agent.channels import CHANNELS
from agent.models import Notification
from leads import mishaps, stopping
from leads.crew import Crew
from leads.models import Assignment, Notice
from leads.notice_words import title_of
from leads.rules import takers_of
from leads.services import notices
from leads.services.pooled import pooled_key

logger = logging.getLogger(__name__)
GIVEN_UP_AFTER = timedelta(hours=1)  # a database in trouble recovers by then; a row that is wrong does not


# Each row is written in a moment; a third thread would only ask for rows that the two have locked
_tellers = Crew(2)


def tell_consultants() -> int:
    """Write a notification per channel for all that is owed. Safe in many workers at once."""
    return _tellers.work(_tell_all)


def _tell_all() -> int:
    # Assignments first: each becomes a notice, which the second queue then carries in the same run
    while not stopping.is_asked() and _owe_assignment():
        pass
    told, refused = 0, set[int]()
    while not stopping.is_asked() and _tell_one(refused):
        told += 1
    return told - len(refused)


@transaction.atomic
def _owe_assignment() -> bool:
    """An assignment becomes a notice to its consultant, or to those of its pool. False: none is left."""
    owed = Assignment.objects.filter(notice=Assignment.Notice.PENDING).order_by("created_at")
    assignment = owed.select_for_update(skip_locked=True).first()
    if assignment is None:
        return False
    kind, key, facts = *_kind_and_key(assignment), _facts_of(assignment)
    people = _whom_to_tell(assignment)
    assignment.notice = Assignment.Notice.TOLD if people else Assignment.Notice.NONE
    assignment.save(update_fields=["notice"])
    for user_id in people:
        notices.notify(user_id=user_id, kind=kind, key=key, lead=assignment.lead, facts=facts)
    return True


def _facts_of(assignment: Assignment) -> dict[str, str]:
    """How the lead came to its consultant, for `leads.notice_words`."""
    previous, by = assignment.previous_consultant, assignment.user
    facts = {"previous": str(previous or ""), "by": str(by or "")}
    return {"outcome": assignment.outcome, "trigger": assignment.trigger, **facts}


def _kind_and_key(assignment: Assignment) -> tuple[str, str]:
    """Who comes back to a pool later hears of its leads by the same key (`leads.services.pooled`)."""
    if assignment.outcome == Assignment.Outcome.POOLED:
        return Notice.Kind.POOLED, pooled_key(assignment)
    return Notice.Kind.ASSIGNED, f"{Notice.Kind.ASSIGNED}:{assignment.pk}"


def _whom_to_tell(assignment: Assignment) -> list[int]:
    """Nobody where somebody was faster: the lead is with another consultant, taken, or no more."""
    lead, consultant_id = assignment.lead, assignment.consultant_id
    if lead is None:  # erased meanwhile
        return []
    if assignment.outcome == Assignment.Outcome.POOLED:
        return takers_of(lead.pool_id) if lead.pool_id and lead.pool_id == assignment.rule_id else []
    return [consultant_id] if consultant_id and consultant_id == lead.consultant_id else []


@transaction.atomic
def _tell_one(refused: set[int]) -> bool:
    """`refused`: ids that the database would not take in this run; they are tried again in the next."""
    owed = Notice.objects.filter(state=Notice.State.PENDING).exclude(pk__in=refused).order_by("pk")
    # `of`: the joined user's row would be locked too, and a login waits for that
    notice = owed.select_for_update(skip_locked=True, of=("self",)).select_related("user").first()
    if notice is None:
        return False
    if _is_written(notice):
        notice.state = Notice.State.TOLD
    else:
        refused.add(notice.pk)
        if notice.created_at < timezone.now() - GIVEN_UP_AFTER:
            notice.state = Notice.State.FAILED
    notice.save(update_fields=["state"])
    return True


def _is_written(notice: Notice) -> bool:
    """False: this one cannot be written now, and must not keep the others from theirs."""
    try:
        # A savepoint: after a refused statement PostgreSQL refuses all others of the transaction
        with transaction.atomic():
            write_notifications(notice, channels_of(notice))
    except DatabaseError as error:
        logger.error("notice not written", extra={"notice": notice.pk, **mishaps.facts_of(error)})
        return False
    return True


def channels_of(notice: Notice) -> list[str]:
    """The channels that the person wants and can be reached by."""
    chosen = notices.preferences_of(notice.user_id)
    wanted = [
        name
        for name, channel in CHANNELS.items()
        if getattr(chosen, channel.preference) and channel.reaches(notice.user)
    ]
    return [Notification.Channel.APP, *wanted] if chosen.by_app else wanted


def write_notifications(notice: Notice, channels: list[str]) -> None:
    """One row per channel, in the person's language. What stands already stays as it is.

    The whole text is written when a channel carries it (`agent.telling`): more may be known by then.
    """
    now = timezone.now()
    with translation.override(notice.user.language or settings.LANGUAGE_CODE):
        title = title_of(notice)
    rows = [
        Notification(notice=notice, channel=channel, title=title, next_attempt_at=now) for channel in channels
    ]
    for row in rows:
        if row.channel == Notification.Channel.APP:  # the desk reads the notice itself
            row.state, row.settled_at, row.next_attempt_at = Notification.State.SENT, now, None
    # "told_once_per_channel" decides: a second worker's rows are dropped, and nobody is told twice
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
