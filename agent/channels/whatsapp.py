"""WhatsApp to somebody's own number, from the agent's line: words inside the 24-hour window, else a template.

Nothing leaves here. The message is a row of the WhatsApp outbox, written together with the note that
it was; what became of it is read from that row (`agent/telling.py`).
"""

from django.conf import settings
from django.db import transaction

from agent.channels.base import Channel, Outcome
from agent.models import Notification
from leads.errors import CrmError, NotFoundError
from leads.identity import parse_phone
from leads.models import Consultant, User
from leads.notice_words import address_of, reason_of
from whatsapp import window
from whatsapp.models import Line, Message, Template
from whatsapp.services import outbound, templates
from whatsapp.services.opening import open_conversation

NO_NUMBER = "no_number"
NO_TEMPLATE = "no_template"
# Below the 1,600 characters of one message (Twilio's docs on Messages), so that it stays one
LONGEST_TEXT = 1500
# A template's body has 1,024 characters with all its values (Meta's docs on templates)
LONGEST_VALUE = 600


def carry(notification: Notification) -> Outcome:
    line, phone = _line(), phone_of(notification.notice.user)
    if line is None or phone is None:
        return Outcome.failed(NO_NUMBER)
    try:
        with transaction.atomic():
            message = _write(line, phone, notification)
            Notification.objects.filter(pk=notification.pk).update(message=message)
    except NotFoundError:
        return Outcome.failed(NO_TEMPLATE)
    except CrmError as refusal:
        return Outcome.failed(str(refusal.detail)[:300])
    # Not sent yet: the outbox carries it, and `follow_messages` learns how that ended
    return Outcome(Notification.State.SENDING)


def _write(line: Line, phone: str, notification: Notification) -> Message:
    conversation = open_conversation(line, phone)
    # With the attempt in it: the same try says nothing twice, while a person's "send again" does send
    said_by, known_as = Message.Author.SYSTEM, f"notification-{notification.pk}-{notification.attempts}"
    if window.refusal(conversation) is None:
        text = f"*{notification.title}*\n\n{notification.body}"[:LONGEST_TEXT]
        return outbound.send(conversation, [text], author=said_by, client_id=known_as)[0]
    template = templates.find_template(
        line, settings.NOTICE_TEMPLATE, notification.notice.user.language or settings.LANGUAGE_CODE
    )
    values = _values(template, notification)
    return templates.send_template(conversation, template, values, author=said_by, client_id=known_as)[0]


def _values(template: Template, notification: Notification) -> dict[str, str]:
    """What the template asks for, by name or by place: the title, the facts, the address."""
    notice = notification.notice
    known = {
        "title": notification.title,
        # Never empty: a template with an empty value is refused
        "name": str(notice.lead or "–"),
        "reason": reason_of(notice) or "–",
        "text": notification.body.removesuffix(address_of(notice)).strip()[:LONGEST_VALUE] or "–",
        "link": address_of(notice) or settings.PUBLIC_URL,
    }
    # Approved templates have places with numbers or with names; a company brings its own
    known |= {"1": known["title"], "2": known["text"], "3": known["link"]}
    return {name: known[name] for name in template.placeholders if name in known}


def phone_of(user: User) -> str | None:
    """The number that somebody wants to be told on, in E.164."""
    written = Consultant.objects.filter(pk=user.pk).values_list("phone", flat=True).first()
    line = _line()
    return parse_phone(written, line.default_country) if written and line else None


def reaches(user: User) -> bool:
    return phone_of(user) is not None


def _line() -> Line | None:
    return Line.objects.filter(kind=Line.Kind.AGENT, is_active=True).order_by("pk").first()


CHANNEL = Channel("by_whatsapp", reaches, carry, may_repeat=True)
