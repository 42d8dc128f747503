"""Sending what WhatsApp approved beforehand: the way to write to somebody outside the 24-hour window."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from leads import clock
from leads.errors import InvalidError, NotFoundError
from leads.models import User
from leads.wakeups import wake
from whatsapp import splitting
from whatsapp.models import Conversation, Line, Message, Template
from whatsapp.models.template import TemplateQuerySet
from whatsapp.payloads import clean
from whatsapp.services import outbound
from whatsapp.services.opening import open_conversation
from whatsapp.services.outbox import Piece
from whatsapp.tasks import sync_templates
from whatsapp.transports import transport_of

LONGEST_TEXT = 1024  # beyond it Twilio answers 63021
LONGEST_VALUE = 800
# A look costs Twilio's list and a call for each template: not once per page that somebody opens
ASKED_LATELY = timedelta(minutes=1)


def templates_of(line: Line) -> TemplateQuerySet:
    """The templates that this line may send."""
    account = transport_of(line).account_key(line)
    return Template.objects.sendable().filter(account=account) if account else Template.objects.none()


def offer_templates(line: Line, language: str = "") -> list[Template]:
    """Those for clients, for somebody who is to choose: first in `language`, the client's, then in the line's.
    Where there is none, the provider is asked soon."""
    for_clients = templates_of(line).exclude(name=settings.NOTICE_TEMPLATE)
    clients, lines = _by_language(language or line.usual_language), _by_language(line.usual_language)
    templates = sorted(for_clients, key=lambda one: (clients(one.language), lines(one.language)))
    if not templates:
        _look_again(line)
    return templates


def _look_again(line: Line) -> None:
    """Ask the provider soon what it has, unless it was asked a moment ago."""
    lately = clock.now() - ASKED_LATELY
    account = transport_of(line).account_key(line)
    if not Template.objects.filter(account=account, synced_at__gte=lately).exists():
        wake(sync_templates)


def find_template(line: Line, wanted: str, language: str = "") -> Template:
    """By our id, the provider's, or the name: then in `language`, else the line's, else any.

    NotFoundError where the line has no such template that is approved; it may be there a moment later.
    """
    named = Q(name=wanted) | Q(sid=wanted)
    # Nineteen digits may be more than a bigint holds, which PostgreSQL answers with an error
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19:
        named |= Q(pk=int(wanted))
    found = list(templates_of(line).filter(named).order_by("pk"))
    if not found:
        _look_again(line)
        raise NotFoundError(_("This line has no approved template “%(name)s”.") % {"name": wanted[:80]})
    ranked = _by_language(language or line.usual_language)
    return min(found, key=lambda template: ranked(template.language))


def send_template(
    conversation: Conversation,
    template: Template,
    variables: Mapping[str, Any],
    *,
    author: str,
    user: User | None = None,
    client_id: str | None = None,
    origin: str = "",
) -> list[Message]:
    """Put a filled template into the outbox. As `outbound.send`: the caller holds the conversation's row.

    InvalidError where the variables do not fit or the client opted out; the window does not matter.
    """
    values = check_variables(template, variables)
    # Copied into the row: what is queued leaves as it was filled in, whatever becomes of the template
    chosen = {"sid": template.sid, "name": template.name, "language": template.language, "variables": values}
    piece = Piece(template.text_with(values), Message.TEMPLATE, details={"template": chosen})
    return outbound.send_pieces(
        conversation, [piece], author=author, user=user, client_id=client_id, origin=origin
    )


@transaction.atomic
def send_template_to(
    *,
    line: Line,
    phone: str,
    template: str,
    variables: Mapping[str, Any],
    language: str = "",
    author: str = Message.Author.SYSTEM,
    user: User | None = None,
    client_id: str | None = None,
    origin: str = "",
) -> Message:
    """Send a template, by name, to a phone in E.164 from a line of ours, whether they ever wrote or not.

    The one door for agent, scheduler and notifier. The same `client_id` again to the same phone sends
    nothing and answers the first message. Takes the conversation's row; NotFoundError without an
    approved template, InvalidError for a phone that is none, variables that do not fit, an opt-out.
    """
    chosen = find_template(line, template, language)
    conversation = open_conversation(line, phone)
    return send_template(
        conversation, chosen, variables, author=author, user=user, client_id=client_id, origin=origin
    )[0]


@transaction.atomic
def send_template_as_consultant(
    *,
    conversation_id: UUID | str,
    user: User,
    template: str,
    variables: Mapping[str, Any],
    client_id: str | None = None,
    origin: str = "",
) -> outbound.Sent:
    """A template that a person chose. Who may do it is said by `outbound.writable_by`."""
    conversation = outbound.writable_by(user, conversation_id)
    chosen, before = find_template(conversation.line, template), conversation.last_seq
    messages = send_template(
        conversation,
        chosen,
        variables,
        author=Message.Author.CONSULTANT,
        user=user,
        client_id=client_id,
        origin=origin,
    )
    return outbound.Sent(messages, is_new=conversation.last_seq > before)


def check_variables(template: Template, given: Mapping[str, Any]) -> dict[str, str]:
    """A value for each placeholder, in a form that WhatsApp takes. InvalidError says which do not fit."""
    values = {str(name): one_line(value) for name, value in given.items()}
    reasons = [
        _("“%(name)s” is missing.") % {"name": name} for name in template.placeholders if not values.get(name)
    ]
    unknown = [name for name in values if name not in template.placeholders]
    reasons += [_("“%(name)s” is no variable of this template.") % {"name": name[:40]} for name in unknown]
    # The whole is counted, words and values: WhatsApp refuses what the client would have read
    if not reasons and splitting.length(template.text_with(values)) > LONGEST_TEXT:
        reasons = [_("The filled template is longer than %(limit)d characters.") % {"limit": LONGEST_TEXT}]
    if reasons:
        raise InvalidError(_("The variables do not fit the template."), fields={"variables": reasons})
    return values


def one_line(value: Any) -> str:
    """WhatsApp refuses line breaks, tabs and rows of spaces in a variable."""
    return " ".join(clean(str(value), LONGEST_VALUE).split())


def _by_language(wanted: str) -> Any:
    """How far a language is from the wanted one: 0 the same, 1 a cousin (pt for pt-BR), 2 another."""
    exact = wanted.lower().replace("_", "-")

    def distance(language: str) -> int:
        has = language.lower().replace("_", "-")
        if has == exact:
            return 0
        return 1 if has.partition("-")[0] == exact.partition("-")[0] else 2

    return distance
