"""What somebody was told lately and how that went; which channels have trouble."""

from typing import Any

from django.utils.translation import gettext as _

from agent.channels import mail
from agent.models import Notification
from agent.notice_reasons import in_words
from leads.models import Notice, User
from leads.notice_words import address_of, title_of, title_out_of_sight
from leads.services.notices import out_of_sight

SHOWN = 12
TROUBLE = (Notification.State.FAILED, Notification.State.UNKNOWN)
UNDER_WAY = (Notification.State.PENDING, Notification.State.SENDING)
TONES = {"sent": "ok", "failed": "danger", "unknown": "warn", "pending": "info", "sending": "info"}


def told_lately(user: User) -> dict[str, Any]:
    """`lines`, newest first, each with its channels; `is_under_way`: look again soon."""
    told = list(
        Notice.objects.filter(user=user).select_related("lead").prefetch_related("notifications")[:SHOWN]
    )
    hidden = out_of_sight(user, told)
    lines = [_line(notice, is_in_sight=notice.pk not in hidden) for notice in told]
    return {"lines": lines, "is_under_way": any(line["is_under_way"] for line in lines)}


def _line(notice: Notice, *, is_in_sight: bool) -> dict[str, Any]:
    rows = sorted(notice.notifications.all(), key=lambda row: row.pk)
    return {
        "title": title_of(notice) if is_in_sight else title_out_of_sight(),
        "url": address_of(notice) if is_in_sight else "",
        "at": notice.created_at,
        "channels": [_channel(row) for row in rows],
        # Only the first try: the page asks again while this holds, and a later try may be hours away
        "is_under_way": any(row.state in UNDER_WAY and row.attempts < 2 for row in rows),
    }


def _channel(row: Notification) -> dict[str, Any]:
    return {
        "name": row.get_channel_display(),
        "state": _state_of(row),
        "tone": TONES.get(row.state, ""),
        "why": in_words(row.error) if row.error else "",
        "waits_until": row.next_attempt_at if row.state == Notification.State.PENDING else None,
    }


def _state_of(row: Notification) -> str:
    is_letter = row.channel == Notification.Channel.EMAIL
    if is_letter and row.state == Notification.State.SENT and mail.is_only_logged():
        return _("Written to the log")
    return str(row.get_state_display())


def troubles_of(user: User) -> dict[str, str]:
    """channel → why, for channels whose last try did not arrive."""
    settled = Notification.objects.filter(notice__user=user, settled_at__isnull=False)
    # PostgreSQL's DISTINCT ON keeps the first row of each channel, so the order decides
    last = settled.order_by("channel", "-settled_at").distinct("channel")
    return {
        row.channel: in_words(row.error) or row.get_state_display() for row in last if row.state in TROUBLE
    }
