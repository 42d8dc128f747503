"""The chat of somebody who is a lead now becomes a conversation, which is kept and can be answered."""

import logging
from collections.abc import Sequence
from uuid import UUID

import redis
from django.db import transaction

from whatsapp import chat_index, consent, person
from whatsapp.chat_entries import as_inbound
from whatsapp.chat_index import ChatEntry, Said, chat_id_of
from whatsapp.locks import hold_names
from whatsapp.models import Conversation, Line, Message
from whatsapp.services.inbound import leads_by_key, record_inbound
from whatsapp.wishes import wish_in

logger = logging.getLogger(__name__)
# Once a minute; whose chat is further down is found by their next message (`adopt_writers`)
LOOKED_THROUGH = 200
MOST_READINGS = 5  # of a chat in which more is said all the while; the sweep goes on


def adopt(line: Line, entry: ChatEntry, lead_id: UUID) -> Conversation:
    """As many of the last messages come along as the line says. Safe to run twice, and after any crash:
    the chat knows its conversation last. Raises RedisError."""
    # No lock: what is said between reading and marking makes the mark fail, and all is read again
    for _ in range(MOST_READINGS):
        reading = chat_index.read(line.pk, entry.chat_id)
        conversation = _bring(line, entry, lead_id, reading.said if reading else [])
        if reading is None or chat_index.say_lead(
            line.pk, entry.chat_id, reading, str(lead_id), str(conversation.pk)
        ):
            break
    # The messages that came along have moved its sequence and its window since
    conversation.refresh_from_db()
    return conversation


def _bring(line: Line, entry: ChatEntry, lead_id: UUID, said: Sequence[Said]) -> Conversation:
    conversation = _conversation_of(line, entry, lead_id, said)
    for message in _brought(line, said):
        record_inbound(line, as_inbound(line, entry, message))
    return conversation


def adopt_all(lead_id: UUID, client_keys: Sequence[str]) -> None:
    """This person's chats on every consultant's line. What a Redis that is away keeps back, the sweep finds."""
    lines = {line.pk: line for line in Line.objects.filter(kind=Line.Kind.CONSULTANT, is_active=True)}
    chats = [(pk, chat_id_of(pk, key)) for pk in lines for key in client_keys]
    try:
        for (line_id, _), entry in chat_index.find_all(chats).items():
            # Also where it was marked for another lead: the two were merged, or the number has another owner
            if entry.lead != str(lead_id) or entry.conversation is None:
                adopt(lines[line_id], entry, lead_id)
    except redis.RedisError as error:
        logger.warning("chats wait for the sweep", extra={"why": type(error).__name__})


def adopt_writers(line: Line, leads: dict[str, UUID]) -> None:
    """Before a lead's new message is recorded: what they said here while they were none."""
    if not leads:
        return
    chat_ids = {chat_id_of(line.pk, key): lead_id for key, lead_id in leads.items()}
    try:
        for (_, chat_id), entry in chat_index.find_all([(line.pk, one) for one in chat_ids]).items():
            if entry.conversation is None:
                adopt(line, entry, chat_ids[chat_id])
    except redis.RedisError as error:
        logger.warning("earlier words of leads left behind", extra={"why": type(error).__name__})


def adopt_forgotten(line: Line) -> int:
    """The newest chats whose person became a lead while nobody listened. Raises RedisError."""
    newest = (chat.entry for chat in chat_index.page(line.pk, limit=LOOKED_THROUGH))
    strangers = [entry for entry in newest if entry.conversation is None]
    people = [as_inbound(line, entry, Said(sid="", at=entry.at)) for entry in strangers]
    leads = leads_by_key(people)
    found = [entry for entry in strangers if entry.client_key in leads]
    for entry in found:
        adopt(line, entry, leads[entry.client_key])
    return len(found)


def _brought(line: Line, said: Sequence[Said]) -> list[Said]:
    """The last ones, and in any case the last opt-out or opt-in: it is owed respect, and is its own evidence."""
    first_brought = len(said) - min(line.brought_messages, len(said))
    wishes = [number for number, message in enumerate(said) if wish_in(message.body)]
    return [
        message
        for number, message in enumerate(said)
        # Of several wishes the last holds; those before it were taken back
        if number >= first_brought or number == max(wishes, default=None)
    ]


@transaction.atomic
def _conversation_of(line: Line, entry: ChatEntry, lead_id: UUID, said: Sequence[Said]) -> Conversation:
    """Without any message brought along it still knows when the client last wrote, for the 24 hours."""
    heard = [message.at for message in said]
    if entry.direction == Message.Direction.IN:
        heard.append(entry.at)
    hold_names(person.keys_of(entry.client_key, entry.external_user_id, lead_id))
    is_opted_out = consent.is_opted_out(entry.client_key, entry.external_user_id, lead_id)
    return Conversation.objects.get_or_create(
        line=line,
        client_key=entry.client_key,
        defaults={
            "client_address": entry.address,
            "external_user_id": entry.external_user_id,
            "profile_name": entry.name,
            "status": Conversation.Status.TRANSFERRED,
            "stage": Conversation.Stage.OPTED_OUT if is_opted_out else Conversation.Stage.QUALIFYING,
            "is_opted_out": is_opted_out,
            "consultant_id": line.consultant_id,
            "lead_id": lead_id,
            # A list that holds no word of theirs leaves it open: only a template may be sent then
            "last_inbound_at": max(heard, default=None),
            "last_message_at": entry.at,
        },
    )[0]
