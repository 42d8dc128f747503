"""The chats of a consultant's own line: found, read, turned into leads. Nobody else's business, managers included."""

from collections.abc import Sequence
from dataclasses import dataclass

import redis
from django.utils.translation import gettext_lazy as _

from leads.errors import CrmError, InvalidError, NotFoundError
from leads.models import Lead, Source, User
from leads.on_commit import enqueue
from leads.payload import LeadPayload
from leads.services.manual import add_lead
from whatsapp import adoption, chat_index, rebuilding
from whatsapp.chat_index import ChatEntry, Said
from whatsapp.models import Conversation, Line
from whatsapp.payloads import CHANNEL
from whatsapp.sweeps import rebuild_chat_lists


class ChatsUnavailableError(CrmError):
    code = "unavailable"
    status_code = 503
    detail = _("The chat list is being restored. Try again in a moment.")


@dataclass(frozen=True)
class OwnChat:
    line: Line
    entry: ChatEntry

    @property
    def phone(self) -> str:
        return self.entry.address.removeprefix(CHANNEL)


@dataclass(frozen=True)
class Adopted:
    lead: Lead
    conversation: Conversation
    is_new: bool


def own_lines(user: User) -> list[Line]:
    lines = Line.objects.filter(consultant=user.pk, kind=Line.Kind.CONSULTANT, is_active=True)
    return list(lines.order_by("pk"))


def ensure_lists(lines: Sequence[Line]) -> None:
    """Lists that Redis lost have at once what the rows know, and soon what Twilio knows. Raises RedisError."""
    lost = [line for line in lines if rebuilding.ensure_built(line)]
    if lost:
        enqueue(rebuild_chat_lists)


def find_chat(user: User, chat_id: str) -> OwnChat:
    """NotFoundError for what is not on a line of the user's own, ChatsUnavailableError without Redis."""
    lines = {line.pk: line for line in own_lines(user)}
    try:
        ensure_lists(list(lines.values()))
        found = chat_index.find_all([(pk, chat_id) for pk in lines])
    except redis.RedisError as error:
        raise ChatsUnavailableError from error
    for (line_id, _chat_id), entry in found.items():
        return OwnChat(lines[line_id], entry)
    raise NotFoundError(_("There is no such chat on your line any more."))


def said_in(chat: OwnChat) -> list[Said]:
    """What the list still holds of somebody who is no lead, oldest first; of leads nothing, as rows have it."""
    try:
        return chat_index.said_in(chat.line.pk, chat.entry.chat_id)
    except redis.RedisError as error:
        raise ChatsUnavailableError from error


def mark_chat_read(user: User, chat_id: str) -> None:
    chat = find_chat(user, chat_id)
    try:
        chat_index.mark_read(chat.line.pk, chat_id)
    except redis.RedisError as error:
        raise ChatsUnavailableError from error


def make_lead_of_chat(*, user: User, chat_id: str, name: str = "", origin: str = "") -> Adopted:
    """The person of this chat becomes a lead of the line's consultant; from now on the chat is a conversation.

    Somebody who is a lead already stays with whoever has them. Safe to run twice.
    """
    chat = find_chat(user, chat_id)
    # The lead first: should Redis fail then, trying again finds the lead and goes on with the chat
    received = add_lead(
        user=user,
        payload=_payload(chat, name),
        source_slug=Source.WHATSAPP,
        consultant_id=user.pk,
        origin=origin,
    )
    try:
        conversation = adoption.adopt(chat.line, chat.entry, received.lead.pk)
    except redis.RedisError as error:
        raise ChatsUnavailableError from error
    received.lead.refresh_from_db()
    return Adopted(received.lead, conversation, received.is_new)


def _payload(chat: OwnChat, name: str) -> LeadPayload:
    """Of a client who hides the number, the WhatsApp id says who it is."""
    entry = chat.entry
    if not entry.client_key:
        raise InvalidError(_("It is not known who wrote this."))
    # The key of somebody who hides the number is the user id: "BR.1502576394655843"
    phone = entry.client_key if entry.client_key.startswith("+") else None
    return LeadPayload(
        name=name or entry.name,
        phone=phone,
        whatsapp_id=entry.external_user_id or ("" if phone else entry.client_key),
    )
