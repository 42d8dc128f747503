"""A line that its provider refuses for how it is set up rests: what it has to say waits until somebody mended it.

Without that, a wrong token would turn every queued message into a failed one within seconds.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from leads import one_trip
from leads.models import Notice
from leads.on_commit import announce
from leads.services.notices import notify_managers
from whatsapp import refusals
from whatsapp.models import Line, Message
from whatsapp.signals import message_changed

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_GIVE_UP_OLD = """
UPDATE whatsapp_message AS own SET status = 'failed', error_code = %s, error_text = %s,
  updated_at = statement_timestamp()
FROM whatsapp_conversation AS thread WHERE thread.id = own.conversation_id AND thread.line_id = %s
AND own.status = 'queued' AND own.created_at < statement_timestamp() - interval '24 hours'
RETURNING own.id, own.conversation_id"""


def pause(line_id: int, code: str) -> datetime:
    """Have the line rest and tell the managers, once a day for each fault. Answers until when it rests.

    Runs in the caller's transaction. Where another worker has just paused the line, it stays so.
    """
    line = Line.objects.select_for_update(no_key=True).get(pk=line_id)
    now = timezone.now()
    if line.paused_until is not None and line.paused_until > now:
        return line.paused_until
    if line.paused_since is None:
        line.paused_since = now
        _tell_managers(line, code)
    # As long as all pauses before it and a minute more: each is twice the last one.
    line.paused_until = now + min(now - line.paused_since + FIRST_PAUSE, LONGEST_PAUSE)
    line.last_error, line.last_error_at = refusals.text_of(code), now
    line.save(update_fields=["paused_since", "paused_until", "last_error", "last_error_at"])
    return line.paused_until


def pause_of_message(attempts: int) -> timedelta:
    """How long a message itself waits: one that is refused again and again, while others of its line go
    out in between, stops the line more and more seldom."""
    doublings = min(attempts - 1, 6)  # beyond it the pause is the longest anyway
    return min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)


def give_up_old(line_id: int, code: str) -> None:
    """What has waited for a day fails: its words are stale, and WhatsApp's window has closed over most of it."""
    values = [code, refusals.text_of(code), line_id]
    for message_id, conversation_id in one_trip.read_rows(_GIVE_UP_OLD, values):
        announce(message_changed, conversation_id=str(conversation_id), message_id=str(message_id))


def lift(line: Line) -> None:
    """The provider takes messages of this line again."""
    Line.objects.filter(pk=line.pk).update(
        paused_since=None, paused_until=None, last_error="", last_error_at=None
    )


@transaction.atomic
def resume(line: Line) -> None:
    """Somebody has seen that the account is right: what was refused need not wait for its next try."""
    lift(line)
    refused = Message.objects.filter(
        conversation__line=line, status=Message.Status.QUEUED, error_code__in=refusals.STOPS_LINE
    )
    refused.update(send_after=timezone.now())


def _tell_managers(line: Line, code: str) -> None:
    facts = {
        "what": "line",
        "line": line.name,
        "reason": code,
        "path": reverse("admin:whatsapp_line_change", args=[line.pk]),
    }
    key = f"line:{line.pk}:{code}:{timezone.localdate()}"
    notify_managers(kind=Notice.Kind.ALERT, key=key, facts=facts)
