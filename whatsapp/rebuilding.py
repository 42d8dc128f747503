"""A chat index that Redis lost, built again from the rows and from what Twilio still lists."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from leads import clock
from whatsapp import chat_index, client
from whatsapp.accounts import account_of
from whatsapp.chat_entries import entry_of_row, said_of
from whatsapp.chat_index import ALL, ROWS, SNIPPET, ChatEntry, chat_id_of
from whatsapp.listings import SentMessage
from whatsapp.models import Line, Message
from whatsapp.payloads import InboundMessage, text_of
from whatsapp.services.inbound import leads_by_key

LOOK_BACK = timedelta(days=30)
# One page of Twilio's, in either direction: a list that is short is better than one that comes late
MOST_LISTED = 1000
BATCH = 500
OVERLAP = timedelta(minutes=10)
LONGEST_QUEUED = timedelta(days=1)  # a message may go out long after its conversation was last written to
SAID = (Message.Status.RECEIVED, Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ)


def ensure_built(line: Line) -> bool:
    """Build what the rows know, at once, where the index is gone: True. Twilio is asked by `rebuild`."""
    if chat_index.how_built(line.pk):
        return False
    build_from_rows(line)
    return True


def begin_anew(line: Line) -> None:
    """Another consultant gets the line: private chats of the one before are nobody's business. Leads' stay.

    Raises RedisError, and then somebody else's chats are still there.
    """
    chat_index.forget_all(line.pk)
    build_from_rows(line)
    # Twilio still lists what strangers wrote to the one before; `Line.private_since` is for when Redis is lost
    chat_index.say_built(line.pk, ALL)


def rebuild(line: Line) -> int:
    """The whole index again. Answers how many messages Twilio gave. Raises RedisError, SendError."""
    build_from_rows(line)
    listed = _listed(line)
    clients = [_as_inbound(line, message) for message in listed]
    leads = leads_by_key(clients)
    strangers = [
        _entry_of_listed(line, message, person)
        for message, person in zip(listed, clients, strict=True)
        if person.client_key not in leads
    ]
    _record(line, strangers)
    chat_index.say_built(line.pk, ALL)
    return len(listed)


def build_from_rows(line: Line) -> None:
    """Chats of leads, from the newest message of each conversation."""
    newest = Message.objects.filter(conversation__line=line).order_by("conversation_id", "-seq")
    last = newest.distinct("conversation_id").values("pk")
    messages = Message.objects.filter(pk__in=last).select_related("conversation")
    recent = messages.order_by("-created_at")[: settings.CHAT_INDEX_SIZE]
    _record(line, [entry_of_row(line, message) for message in recent])
    catch_up(line, is_history=True)
    chat_index.say_built(line.pk, ROWS)


def catch_up(line: Line, *, is_history: bool = False) -> None:
    """What leads and we said while Redis was away and yet kept the list. Raises RedisError.

    Each time from a while before the last one on: who writes a row puts it into the list after the commit.
    `is_history`: nothing of it counts as unread.
    """
    now = timezone.now()
    since = (chat_index.whole_until(line.pk) or now) - OVERLAP
    said = [(one, _entry_of_row(line, one)) for one in _said_since(line, since)]
    if not is_history:
        fresh = [entry for one, entry in said if entry.sid and one.created_at >= since]
        _record(line, fresh, is_history=False)
    _record(line, [entry for _, entry in said])
    chat_index.say_whole(line.pk, now)


def _said_since(line: Line, since: datetime) -> QuerySet[Message]:
    """Of conversations in which something happened lately: they alone are worth reading through."""
    messages = Message.objects.filter(
        conversation__line=line,
        conversation__updated_at__gte=since - LONGEST_QUEUED,
        updated_at__gte=since,
        status__in=SAID,
    )
    return messages.select_related("conversation").order_by("-updated_at")[: settings.CHAT_INDEX_SIZE]


def _entry_of_row(line: Line, message: Message) -> ChatEntry:
    """What came in counts as unread once; that we answered may be told any number of times."""
    is_inbound = message.direction == Message.Direction.IN
    return replace(entry_of_row(line, message), sid=(message.sid or "") if is_inbound else "")


def _record(line: Line, entries: list[ChatEntry], *, is_history: bool = True) -> None:
    for start in range(0, len(entries), BATCH):
        chat_index.record(line.pk, entries[start : start + BATCH], is_history=is_history)


def _listed(line: Line) -> list[SentMessage]:
    account = account_of(line)
    if account is None:
        return []
    since = clock.now() - LOOK_BACK
    # What strangers wrote before is the former consultant's
    since = max(since, line.private_since or since)
    # Asked twice, since Twilio filters by sender or by recipient, not by either of them
    received = client.list_messages(account, recipient=line.address, since=since, limit=MOST_LISTED)
    sent = client.list_messages(account, sender=line.address, since=since, limit=MOST_LISTED)
    # Once more: Twilio documents its filter by days
    return [one for one in received + sent if one.created_at is None or one.created_at >= since]


def _as_inbound(line: Line, message: SentMessage) -> InboundMessage:
    """The same, seen as if the client had written it: for the client's identity."""
    is_ours = message.sender == line.address
    return InboundMessage.listed(
        sid=message.sid,
        sender=message.recipient if is_ours else message.sender,
        recipient=line.address,
        body=message.body,
        has_media=bool(message.media_count),
        sent_at=message.created_at or clock.now(),
    )


def _entry_of_listed(line: Line, message: SentMessage, person: InboundMessage) -> ChatEntry:
    is_ours = message.sender == line.address
    return ChatEntry(
        chat_id=chat_id_of(line.pk, person.client_key),
        address=person.sender,
        # Twilio's list does not have it; the next message brings it
        name="",
        text=text_of(person)[:SNIPPET],
        direction=Message.Direction.OUT if is_ours else Message.Direction.IN,
        at=person.sent_at or clock.now(),
        # Only what comes in is counted once by its id
        sid="" if is_ours else message.sid,
        client_key=person.client_key,
        external_user_id=person.external_user_id,
        said=None if is_ours else said_of(person),
    )
