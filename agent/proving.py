"""A test of one channel, asked for by the person who wants to be told by it."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agent import tasks
from agent.channels import CHANNELS
from agent.models import Notification
from agent.notify import write_notifications
from leads.errors import ConflictError, InvalidError
from leads.models import Notice, User
from leads.on_commit import announce, enqueue
from leads.signals import notice_owed

# A double click is one test
PAUSE = timedelta(seconds=5)


@transaction.atomic
def send_test(user: User, channel: str) -> Notice:
    """Tell `user` by this channel alone, quiet hours or not.

    InvalidError where they cannot be reached by it, ConflictError right after another test.
    """
    if not _can_reach(user, channel):
        raise InvalidError(_("There is nothing yet to send a test to: fill in or switch on what is missing."))
    tests = Notification.objects.filter(notice__user=user, notice__kind=Notice.Kind.TEST, channel=channel)
    if tests.filter(created_at__gt=timezone.now() - PAUSE).exists():
        raise ConflictError(_("A test was sent a moment ago. Wait a few seconds."))
    is_here = channel == Notification.Channel.APP
    notice = Notice.objects.create(
        user=user,
        kind=Notice.Kind.TEST,
        key=f"test:{uuid4()}",
        # As told already: the queue of notices would write it to all other channels too
        state=Notice.State.TOLD,
        # Seen from the beginning where it goes elsewhere, or the desk's bell would count it
        seen_at=None if is_here else timezone.now(),
    )
    write_notifications(notice, [channel])
    if is_here:
        announce(notice_owed, notice_id=notice.pk, user_id=user.pk, kind=notice.kind)
    enqueue(tasks.deliver_notifications)
    return notice


def _can_reach(user: User, channel: str) -> bool:
    if channel == Notification.Channel.APP:
        return True
    return channel in CHANNELS and CHANNELS[channel].reaches(user)
