"""Telling consultants about their leads. An assignment whose notice is pending is the work owed."""

import logging
import time
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from agent.models import Notification
from agent.notice_words import body_of, title_of
from leads.models import Assignment, Notice
from leads.services import notices

logger = logging.getLogger(__name__)

BATCH = 5
RUN_SECONDS = 30
MAX_ATTEMPTS = 5


def tell_consultants() -> int:
    """Turn what is owed into one notification per channel. Safe in many workers at once."""
    while _owe_assignment():
        pass
    told = 0
    while _tell_one():
        told += 1
    return told


@transaction.atomic
def _owe_assignment() -> bool:
    """The newest decision about a lead is told to its consultant; False: none is left."""
    owed = Assignment.objects.filter(notice=Assignment.Notice.PENDING).order_by("created_at")
    assignment = owed.select_for_update(skip_locked=True).first()
    if assignment is None:
        return False
    assignment.notice = Assignment.Notice.TOLD
    assignment.save(update_fields=["notice"])
    if assignment.consultant_id is not None:
        notices.notify(
            user_id=assignment.consultant_id,
            kind=Notice.Kind.ASSIGNED,
            key=f"assigned:{assignment.pk}",
            lead=assignment.lead,
        )
    return True


@transaction.atomic
def _tell_one() -> bool:
    owed = Notice.objects.filter(state=Notice.State.PENDING).order_by("pk")
    notice = owed.select_for_update(skip_locked=True, of=("self",)).select_related("user").first()
    if notice is None:
        return False
    notice.state = Notice.State.TOLD if _is_written(notice) else Notice.State.FAILED
    notice.save(update_fields=["state"])
    return True


def _is_written(notice: Notice) -> bool:
    """False: this one cannot be written, and must not keep the others from theirs."""
    try:
        with transaction.atomic():
            _write_notifications(notice)
    except DatabaseError:
        logger.exception("notice not written", extra={"notice": notice.pk})
        return False
    return True


def _write_notifications(notice: Notice) -> None:
    chosen, now = notices.preferences_of(notice.user_id), timezone.now()
    with translation.override(notice.user.language or settings.LANGUAGE_CODE):
        title, body = title_of(notice), body_of(notice)
    rows = [Notification(notice=notice, channel=Notification.Channel.APP, state=Notification.State.SENT)]
    if chosen.by_email and notice.user.email:
        rows.append(Notification(notice=notice, channel=Notification.Channel.EMAIL, next_attempt_at=now))
    for row in rows:
        row.title, row.body = title, body
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


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
        owed.select_for_update(skip_locked=True, of=("self",)).select_related("notice__user")[:BATCH]
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
            [notification.notice.user.email],
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
