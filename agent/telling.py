"""Carrying notifications outside: claim one, let its channel carry it, write down how that ended.

No transaction is open while a channel talks. A worker that dies leaves a row in its hands; when its
lease has lapsed the row is tried again where that does no harm, else it says that nobody knows.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from agent.channels import CHANNELS
from agent.channels.base import Outcome, State
from agent.models import Notification
from agent.notice_body import body_of
from agent.quiet_hours import end_of_quiet, timezone_of
from leads import stopping
from leads.crew import Crew
from leads.models import Lead, Notice
from leads.notice_words import title_of
from leads.services import notices

# Then the task ends and comes again, so that those of other kinds get this thread as well
RUN_SECONDS = 30
LEASE = timedelta(minutes=5)  # ten devices whose push services all hang
PAUSES = [timedelta(seconds=30), *(timedelta(minutes=minutes) for minutes in (2, 10, 30, 120))]
MAX_ATTEMPTS = len(PAUSES) + 1
# Stored as they are and put into words by `agent.notice_reasons`
NOT_THEIRS, NOT_HERE, ANSWERED, LAPSED = "not_theirs", "not_here", "answered", "lapsed"
# Later reports of a provider change nothing for anybody, and the rows to look at stay few
FOLLOWED_FOR = timedelta(days=2)

# A message that WhatsApp asked to repeat goes on as a new row.
_FOLLOW_RETRIES = """
UPDATE agent_notification AS ours SET message_id = again.id
FROM whatsapp_message AS again
WHERE again.retry_of_id = ours.message_id AND ours.message_id IS NOT NULL AND ours.created_at > %(since)s"""
_FOLLOW_MESSAGES = """
UPDATE agent_notification AS ours SET state = now.state, error = now.error, settled_at = now()
FROM (
  SELECT id, left(error_text, 300) AS error, CASE
    WHEN status IN ('sent', 'delivered', 'read') THEN 'sent'
    WHEN status IN ('failed', 'cancelled') THEN 'failed'
    WHEN status = 'unknown' THEN 'unknown' ELSE 'sending' END AS state
  FROM whatsapp_message
) AS now
WHERE now.id = ours.message_id AND ours.created_at > %(since)s AND now.state <> ours.state"""


# More threads of a process at it would wait for the same few servers
_carriers = Crew(8)


def deliver_notifications() -> int:
    """Send what is due. Returns how many were sent. Safe in many workers at once."""
    return _carriers.work(_carry_due)


def catch_up() -> None:
    """What dead workers had in hand, and what became of messages that the WhatsApp outbox was given."""
    _take_back_lapsed()
    follow_messages()


def _carry_due() -> int:
    sent, resting, ends_at = 0, set[str](), time.monotonic() + RUN_SECONDS
    while _goes_on(ends_at) and (notification := _claim(resting)):
        if notification.state != State.SENDING:
            continue
        channel = CHANNELS[notification.channel]
        # After the claim's commit: a crash from here on leaves a row that says it was begun
        outcome = channel.carry(notification)
        _settle(notification, outcome)
        sent += outcome.state == State.SENT
        if outcome.state == State.PENDING and channel.has_one_server:
            resting.add(notification.channel)  # left in peace for the rest of this run
    return sent


def _goes_on(ends_at: float) -> bool:
    return time.monotonic() < ends_at and not stopping.is_asked()


@transaction.atomic
def _claim(resting: set[str]) -> Notification | None:
    """The next one that is due: `sending` in this worker's hands, or put aside with its reason."""
    now = timezone.now()
    due = Notification.objects.filter(state=State.PENDING, next_attempt_at__lte=now).exclude(
        channel__in=resting
    )
    notification = due.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True).first()
    if notification is None:
        return None
    if reason := _needless(notification.notice):
        notification.state, notification.error, notification.settled_at = State.SKIPPED, reason, now
    # Put off, not dropped; whether it is still needed is asked again in the morning
    elif quiet_until := _quiet_until(notification.notice, now):
        notification.next_attempt_at = quiet_until
    else:
        _take(notification, now)
    notification.save()
    return notification


def _take(notification: Notification, now: datetime) -> None:
    notification.state = State.SENDING
    notification.attempts += 1
    notification.lease_until = now + LEASE
    _write_words(notification)


def _write_words(notification: Notification) -> None:
    """What is true now: it may have waited for hours."""
    notice = notification.notice
    with translation.override(notice.user.language or settings.LANGUAGE_CODE):
        notification.title, notification.body = title_of(notice), body_of(notice)


def _needless(notice: Notice) -> str:
    """Why nobody has to hear of this any more; '' where they do."""
    if not notice.user.is_active:
        return NOT_HERE
    lead = notice.lead
    if lead is None or notice.kind == Notice.Kind.TAKEN_AWAY:  # which tells nothing of the lead but its name
        return ""
    if notice.kind == Notice.Kind.POOLED:
        return "" if Lead.objects.takeable_by(notice.user).filter(pk=lead.pk).exists() else NOT_THEIRS
    if not Lead.objects.visible_to(notice.user).filter(pk=lead.pk).exists():
        return NOT_THEIRS
    if notice.kind not in (Notice.Kind.ASSIGNED, Notice.Kind.WARNED):
        return ""
    if lead.archived_at or lead.consultant_id != notice.user_id:
        return NOT_THEIRS
    return ANSWERED if notice.kind == Notice.Kind.WARNED and _is_answered(lead) else ""


def _is_answered(lead: Lead) -> bool:
    return lead.first_response_at is not None and lead.waiting_since is None


def _quiet_until(notice: Notice, now: datetime) -> datetime | None:
    """A test is asked for by somebody who is there."""
    if notice.kind == Notice.Kind.TEST:
        return None
    return end_of_quiet(notices.preferences_of(notice.user_id), timezone_of(notice.user_id), now)


def _settle(notification: Notification, outcome: Outcome) -> None:
    """Write how it ended, unless the lease lapsed and somebody else decided meanwhile."""
    now, state, error = timezone.now(), outcome.state, outcome.error
    # The last try's reason is kept as the error
    if state == State.PENDING and notification.attempts >= MAX_ATTEMPTS:
        state = State.FAILED
    is_waiting = state in (State.PENDING, State.SENDING)
    # `attempts` too: a row that was taken back and claimed again is in other hands
    Notification.objects.filter(
        pk=notification.pk, state=State.SENDING, attempts=notification.attempts
    ).update(
        state=state,
        error=error,
        lease_until=None,
        settled_at=None if is_waiting else now,
        next_attempt_at=now + PAUSES[min(notification.attempts, len(PAUSES)) - 1],
    )


def send_again(notifications: QuerySet[Notification]) -> int:
    """A person decided that these are worth one more try. Returns how many."""
    again = notifications.filter(state__in=[State.FAILED, State.UNKNOWN])
    return again.update(
        state=State.PENDING, error="", message=None, settled_at=None, next_attempt_at=timezone.now()
    )


def _take_back_lapsed() -> None:
    """What a worker that died had in its hands."""
    lapsed = Notification.objects.filter(state=State.SENDING, lease_until__lt=timezone.now())
    repeatable = [name for name, channel in CHANNELS.items() if channel.may_repeat]
    # These are in the WhatsApp outbox already, which says itself how they ended
    lapsed.filter(message__isnull=False).update(lease_until=None)
    # A second e-mail of the same is noise; a second push replaces the first
    again = lapsed.filter(channel__in=repeatable, attempts__lt=MAX_ATTEMPTS)
    again.update(state=State.PENDING, lease_until=None, error=LAPSED, next_attempt_at=timezone.now())
    lapsed.update(state=State.UNKNOWN, lease_until=None, error=LAPSED, settled_at=timezone.now())


def follow_messages() -> None:
    """Whatever became of the messages that the WhatsApp outbox was given."""
    since = {"since": timezone.now() - FOLLOWED_FOR}
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW_RETRIES, since)
        cursor.execute(_FOLLOW_MESSAGES, since)
