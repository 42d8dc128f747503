"""The inbox: transferred conversations and the chats of one's own line as one list, who waits longest first;
or what the agent has in hand, so that a person can look in and take over."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from kanban.thread_facts import Wait, last_messages, leads_with_several, waits_of
from leads.models import Lead, User
from whatsapp import chat_index
from whatsapp.chat_index import Chat
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import shown
from whatsapp.services.chats import ensure_lists, own_lines

SHOWN = 100
# Stands for never, so that a thread without a message can be sorted at all
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Thread:
    """One row. `lead` None: nobody that the reader may see; `owner` then is whose lead it is, '' for a
    stranger. Without `conversation`, nothing of it is stored."""

    key: str
    name: str
    text: str
    author: str
    at: datetime | None
    line: str
    unread: int = 0
    waiting_since: datetime | None = None
    lead: str | None = None
    conversation: str | None = None
    phone: str = ""
    owner: str = ""
    is_closed: bool = False


@dataclass(frozen=True)
class Inbox:
    """`is_complete` False: the chat list of the own line could not be read now. `names_lines`: the rows
    say on which line somebody wrote."""

    threads: list[Thread]
    is_complete: bool
    names_lines: bool = False


def inbox_of(user: User, *, only_waiting: bool = False, words: str = "", with_agent: bool = False) -> Inbox:
    """Whoever waits comes first, the longest wait on top; then the latest message. `with_agent`: what the agent
    answers now, instead of what people do."""
    held_by = Conversation.Status.ACTIVE if with_agent else Conversation.Status.TRANSFERRED
    words = words.strip().lower()
    stored = {thread.conversation: thread for thread in _stored(user, held_by, words)}
    chats, is_complete = ([], True) if with_agent else _own_chats(user)
    # A lead of one's own line is in both: the row knows who waits, the list only what was said
    threads = [*stored.values(), *(chat for chat in chats if chat.conversation not in stored)]
    matching = [thread for thread in threads if _matches(thread, only_waiting, words)]
    names_lines = len({thread.line for thread in threads}) > 1
    return Inbox(sorted(matching, key=_turn)[:SHOWN], is_complete, names_lines)


def _turn(thread: Thread) -> tuple[bool, float]:
    if thread.waiting_since:
        return False, thread.waiting_since.timestamp()
    return True, -(thread.at or LONG_AGO).timestamp()


def _matches(thread: Thread, only_waiting: bool, words: str) -> bool:
    if only_waiting and thread.waiting_since is None and not thread.unread:
        return False
    return words in f"{thread.name} {thread.phone} {thread.text}".lower()


def _stored(user: User, held_by: str, words: str) -> Iterable[Thread]:
    """Somebody who is no lead may have been taken over, too. On own lines such people are in the chat list."""
    known = (
        Conversation.objects.visible_to(user)
        .filter(lead__archived_at=None)
        # Private chats of a colleague's line are nobody's business, a manager's neither
        .exclude(lead=None, line__kind=Line.Kind.CONSULTANT)
        .select_related("lead__consultant__user", "line")
        .order_by("-last_message_at")
    )
    conversations = list(known.filter(status=held_by)[:SHOWN])
    # Who is looked for by name or number may have written long ago, be with the agent or closed
    if words:
        named = Q(profile_name__icontains=words) | Q(lead__name__icontains=words)
        found = known.filter(named | Q(client_address__icontains=words))[:SHOWN]
        conversations = list({one.pk: one for one in (*conversations, *found)}.values())
    several = leads_with_several([one.lead for one in conversations if one.lead and _sees(user, one.lead)])
    last = last_messages(
        [one for one in conversations if one.lead_id in several or not _sees(user, one.lead)]
    )
    waits = waits_of([one for one in conversations if one.lead_id in several])
    return [_thread(user, one, last.get(one.pk), waits.get(one.pk)) for one in conversations]


def _thread(user: User, conversation: Conversation, last: Message | None, wait: Wait | None) -> Thread:
    """`last` and `wait` where the lead's card does not say them of this conversation."""
    if conversation.lead is None or not _sees(user, conversation.lead):
        return _strangers_thread(conversation, last)
    thread = _stored_thread(conversation, conversation.lead)
    if wait is None:
        return thread
    text, author = (shown(last.body, last.kind), last.author) if last else ("", "")
    return replace(thread, text=text, author=author, unread=wait.unread, waiting_since=wait.since)


def _sees(user: User, lead: Lead | None) -> bool:
    return lead is not None and (user.is_manager or lead.consultant_id == user.pk)


def _strangers_thread(conversation: Conversation, last: Message | None) -> Thread:
    """No card in sight counts for this person, so that only the last message says whether they wait."""
    phone = conversation.client_address.removeprefix("whatsapp:")
    is_owed = not conversation.is_opted_out and conversation.status != Conversation.Status.CLOSED
    is_waiting = last and last.direction == Message.Direction.IN and is_owed
    return Thread(
        key=str(conversation.pk),
        name=conversation.profile_name or phone,
        text=shown(last.body, last.kind) if last else "",
        author=last.author if last else "",
        at=conversation.last_message_at,
        line=conversation.line.name,
        waiting_since=last.created_at if last and is_waiting else None,
        conversation=str(conversation.pk),
        phone=phone,
        owner=str(conversation.lead.consultant or _("nobody")) if conversation.lead else "",
        is_closed=conversation.status == Conversation.Status.CLOSED,
    )


def _stored_thread(conversation: Conversation, lead: Lead) -> Thread:
    return Thread(
        key=str(conversation.pk),
        name=lead.name or conversation.profile_name or lead.phone or conversation.client_address,
        text=lead.last_message,
        author=lead.last_message_author,
        at=conversation.last_message_at,
        line=conversation.line.name,
        unread=lead.unread_count,
        waiting_since=lead.waiting_since,
        lead=str(lead.pk),
        conversation=str(conversation.pk),
        phone=lead.phone or "",
        is_closed=conversation.status == Conversation.Status.CLOSED,
    )


def _own_chats(user: User) -> tuple[list[Thread], bool]:
    lines = own_lines(user)
    try:
        ensure_lists(lines)
        chats = [(chat, line) for line in lines for chat in chat_index.page(line.pk, limit=SHOWN)]
    except RedisError:
        return [], False
    mentioned = [chat.entry.lead for chat, _line in chats if chat.entry.lead]
    seen = Lead.objects.visible_to(user).filter(pk__in=mentioned) if mentioned else Lead.objects.none()
    # A chat of one's own line may be with a colleague's lead: the words are one's own, the card is not
    leads = {str(pk): name for pk, name in seen.values_list("pk", "name")}
    return [_chat_thread(chat, line, leads) for chat, line in chats], True


def _chat_thread(chat: Chat, line: Line, leads: dict[str, str]) -> Thread:
    """`leads`: the names of those in the reader's sight."""
    entry = chat.entry
    phone = entry.address.removeprefix("whatsapp:")
    return Thread(
        key=entry.chat_id,
        name=leads.get(entry.lead or "") or entry.name or phone,
        text=entry.text,
        author="client" if entry.direction == "in" else "consultant",
        at=entry.at,
        line=line.name,
        unread=chat.unread,
        lead=entry.lead if entry.lead in leads else None,
        conversation=entry.conversation,
        phone=phone,
    )
