"""Telling consultants about their leads. An assignment whose notice is pending is the work owed."""

import logging
import time
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agent.models import Notification
from leads.models import Assignment, Consultant, Lead
from leads.slot_lines import slot_lines

logger = logging.getLogger(__name__)

BATCH = 5
RUN_SECONDS = 30
LONGEST_TITLE = 200
MAX_ATTEMPTS = 5


def tell_consultants() -> int:
    """Turn pending notices into one notification per channel. Safe in many workers at once."""
    told = 0
    while _tell_one():
        told += 1
    return told


@transaction.atomic
def _tell_one() -> bool:
    owed = Assignment.objects.filter(notice=Assignment.Notice.PENDING).order_by("created_at")
    assignment = owed.select_for_update(skip_locked=True).first()
    if assignment is None:
        return False
    assignment.notice = Assignment.Notice.TOLD
    if assignment.consultant is not None and not _is_written(assignment, assignment.consultant):
        assignment.notice = Assignment.Notice.NONE
    assignment.save(update_fields=["notice"])
    return True


def _is_written(assignment: Assignment, consultant: Consultant) -> bool:
    """False: this one cannot be written, and must not keep the others from theirs."""
    try:
        with transaction.atomic():
            _write_notifications(assignment, consultant)
    except DatabaseError:
        logger.exception("notice not written", extra={"assignment": assignment.pk})
        return False
    return True


def _write_notifications(assignment: Assignment, consultant: Consultant) -> None:
    lead = assignment.lead
    channels = [Notification.Channel.APP]
    if consultant.notify_by_email and consultant.user.email:
        channels.append(Notification.Channel.EMAIL)
    with translation.override(consultant.user.language or settings.LANGUAGE_CODE):
        title, body = title_of(lead), body_of(lead)
    Notification.objects.bulk_create(
        [
            Notification(
                assignment=assignment,
                consultant=consultant,
                channel=channel,
                title=title,
                body=body,
                state=Notification.State.SENT
                if channel == Notification.Channel.APP
                else Notification.State.PENDING,
            )
            for channel in channels
        ],
        ignore_conflicts=True,
    )


def title_of(lead: Lead) -> str:
    title = _("New lead: %(name)s") % {"name": lead}
    return title[:LONGEST_TITLE]


def body_of(lead: Lead) -> str:
    """What lets the consultant act: how warm and why, what the client said, where to click."""
    reasons = "; ".join(reason.get("text", "") for reason in lead.classification.get("reasons", []))
    slots = "\n".join(_slot_in_words(line) for line in slot_lines(lead))
    lines = [
        _("Temperature: %(temperature)s (%(score)s/100)")
        % {"temperature": lead.get_temperature_display(), "score": lead.score},
        reasons,
        slots,
        lead.message[:500],
        f"{settings.PUBLIC_URL}/leads/{lead.pk}/",
    ]
    return "\n\n".join(line for line in lines if line)


def _slot_in_words(line: dict[str, str]) -> str:
    fact = f"- {line['label']}: {line['value']}"
    return f"{fact} (“{line['quote']}”)" if line["quote"] else fact


def deliver_notifications() -> int:
    """Send what is pending by e-mail. A failure is tried again later, and shown when it lasts."""
    sent, ends_at = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < ends_at and (batch := _claim()):
        sent += sum(_deliver(notification) for notification in batch)
    return sent


@transaction.atomic
def _claim() -> list[Notification]:
    """Take a batch and push its next attempt away, so that a worker that dies here loses only time."""
    now = timezone.now()
    owed = Notification.objects.filter(state=Notification.State.PENDING, next_attempt_at__lte=now)
    batch = list(
        owed.select_for_update(skip_locked=True, of=("self",)).select_related("consultant__user")[:BATCH]
    )
    for notification in batch:
        notification.attempts += 1
        notification.next_attempt_at = now + timedelta(minutes=2**notification.attempts)
    Notification.objects.bulk_update(batch, ["attempts", "next_attempt_at"])
    return batch


def _deliver(notification: Notification) -> bool:
    try:
        send_mail(
            notification.title,
            notification.body,
            settings.DEFAULT_FROM_EMAIL,
            [notification.consultant.user.email],
        )
    except (SMTPException, OSError) as error:
        is_final = notification.attempts >= MAX_ATTEMPTS
        Notification.objects.filter(pk=notification.pk).update(
            state=Notification.State.FAILED if is_final else Notification.State.PENDING,
            error=type(error).__name__,
        )
        return False
    Notification.objects.filter(pk=notification.pk).update(state=Notification.State.SENT, error="")
    return True
