"""A lead's WhatsApp thread, ready to be shown: who answers, what was said, what may be written now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from kanban.offers import Offer, offers_for, offers_in
from leads.models import Lead, User
from whatsapp.api.facts import context_of, message_facts
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import shown
from whatsapp.services import line_to_begin_on

SHOWN = 200
SNIPPET = 120


@dataclass(frozen=True)
class Spoken:
    """A message with its JSON facts. `starts_day`: a day separator belongs before it. `quoted`: the words
    that it answers, where they are among those shown."""

    message: Message
    facts: dict[str, Any]
    starts_day: bool
    quoted: str


@dataclass(frozen=True)
class Talk:
    """`state` is what the composer says: `agent` (take over first), `open`, `window` (24 hours are over, only
    `offers` may be sent), `opted_out`, `closed`."""

    conversation: Conversation
    others: list[Conversation]
    messages: list[Spoken]
    state: str
    has_earlier: bool
    offers: list[Offer]

    @property
    def window_closes_at(self) -> datetime | None:
        return self.conversation.window_closes_at


@dataclass(frozen=True)
class Beginning:
    """A conversation that may be begun by a template, from `line`."""

    line: Line
    offers: list[Offer]


def beginning_of(user: User, lead: Lead) -> Beginning | None:
    """What may be written first to a lead who never wrote; None: there is no phone, or no line of ours."""
    line = line_to_begin_on(user)
    return Beginning(line, offers_for(line, lead, user)) if line and lead.phone else None


def talk_of(user: User, lead: Lead, chosen: str = "") -> Talk | None:
    """The chosen thread of a lead, else the one with the latest message; None: nobody wrote yet."""
    threads = list(
        Conversation.objects.visible_to(user)
        .filter(lead=lead)
        .select_related("line", "consultant__user")
        .order_by("-last_message_at", "-created_at")
    )
    if not threads:
        return None
    conversation = next((thread for thread in threads if str(thread.pk) == chosen), threads[0])
    others = [thread for thread in threads if thread is not conversation]
    return _talk(user, conversation, lead, others)


def talk_in(user: User, conversation_id: UUID) -> Talk | None:
    """One thread by itself, of somebody whose lead the reader does not see; None: not theirs to see."""
    visible = Conversation.objects.visible_to(user).select_related("line", "consultant__user", "lead")
    conversation = visible.filter(pk=conversation_id).first()
    return _talk(user, conversation, None, []) if conversation else None


def _talk(user: User, conversation: Conversation, lead: Lead | None, others: list[Conversation]) -> Talk:
    """`lead`: theirs to see."""
    messages, state = _last_messages(conversation.pk), composer_state(conversation)
    return Talk(
        conversation=conversation,
        others=others,
        messages=messages[-SHOWN:],
        state=state,
        has_earlier=len(messages) > SHOWN,
        offers=offers_in(conversation, lead, user) if state == "window" else [],
    )


def composer_state(conversation: Conversation) -> str:
    if conversation.is_opted_out:
        return "opted_out"
    if conversation.status == Conversation.Status.CLOSED:
        return "closed"
    if conversation.is_agents and conversation.line.consultant_id is None:
        return "agent"
    closes_at = conversation.window_closes_at
    return "open" if closes_at and closes_at > timezone.now() else "window"


def _last_messages(conversation_id: UUID) -> list[Spoken]:
    """Oldest first."""
    newest = Message.objects.filter(conversation=conversation_id).select_related("user").order_by("-seq")
    # One more than is shown tells whether there are earlier ones
    messages = list(newest[: SHOWN + 1])[::-1]
    days = [_day(message) for message in messages]
    # A quoted message is named by the provider's id and not by ours
    words = {message.sid: shown(message.body, message.kind)[:SNIPPET] for message in messages if message.sid}
    return [
        Spoken(
            message,
            message_facts(message),
            starts_day=index == 0 or days[index - 1] != days[index],
            quoted=words.get(context_of(message).get("reply_to", ""), ""),
        )
        for index, message in enumerate(messages)
    ]


def _day(message: Message) -> object:
    return timezone.localtime(message.created_at).date()
