"""What managers hear of a line that goes on, but badly: slowed down for long, or refused by WhatsApp's policy.

A line that stops altogether is told of by `line_pauses`.
"""

from django.urls import reverse
from django.utils import timezone

from leads.models import Notice
from leads.services.notices import notify_managers
from whatsapp import refusals
from whatsapp.models import Line, Message

# Nobody is to do anything about a line that catches up by itself: this one has waited for 8 minutes and more
LATE_AT_ATTEMPT = 9
# Two addresses that talk too fast: the line's other messages go out
OF_ONE_CLIENT = frozenset(["14107", "131056"])


def note_late(message: Message, code: str) -> None:
    """The provider asks again and again to slow down, or is out of reach. `code` '': the latter."""
    if message.attempts >= LATE_AT_ATTEMPT and code not in OF_ONE_CLIENT:
        _tell(message, "line_late", code or refusals.UNREACHABLE_CODE)


def note_failed(message: Message, code: str) -> None:
    """WhatsApp took the message and then failed it, or refused it, for a reason that is not its client's."""
    if code in refusals.TRY_LATER and code not in OF_ONE_CLIENT:
        _tell(message, "line_late", code)
    elif code in refusals.STOPS_LINE | refusals.IS_POLICY:
        _tell(message, "line_refused", code)


def _tell(message: Message, what: str, code: str) -> None:
    """Once a day for each reason; the line's page shows the last one."""
    line = Line.objects.get(conversations=message.conversation_id)
    now = timezone.now()
    Line.objects.filter(pk=line.pk).update(last_error=refusals.text_of(code), last_error_at=now)
    path = reverse("admin:whatsapp_line_change", args=[line.pk])
    facts = {"what": what, "line": line.name, "reason": code, "path": path}
    key = f"{what}:{line.pk}:{code}:{timezone.localdate()}"
    notify_managers(kind=Notice.Kind.ALERT, key=key, facts=facts)
