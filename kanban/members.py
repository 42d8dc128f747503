"""Whoever holds a socket: what they may see, and whether they still may."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from kanban.wire import session_mark
from leads.models import User

# 4000 to 4999 are for applications (RFC 6455 7.4.2); the last digits are HTTP's where there is one
CLOSE_LOGIN = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_RECONNECT = 4012
# A reader that is so far behind learns more from one look at the board; the queue must not grow for ever
BACKLOG = 256


@dataclass(eq=False)
class Member:
    """One socket. Frames wait in a bounded queue: who reads too slowly is told to come again."""

    user_id: int
    name: str
    is_manager: bool
    session_key: str
    session: str = field(init=False)
    waiting: asyncio.Queue[str | int] = field(init=False)
    is_closing: bool = False

    def __post_init__(self) -> None:
        self.session = session_mark(self.session_key)
        self.waiting = asyncio.Queue()

    def tell(self, text: str) -> None:
        if self.waiting.qsize() >= BACKLOG:
            self.close(CLOSE_RECONNECT)
        elif not self.is_closing:
            self.waiting.put_nowait(text)

    def close(self, code: int) -> None:
        """What still waits is not sent: the next connection asks for the changes."""
        if self.is_closing:
            return
        self.is_closing = True
        # The code goes first: a reader that takes nothing would never come to it
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(code)


def may_join(user: User) -> bool:
    """Managers and consultants have a board; other accounts, such as API clients, have none."""
    return user.is_active and (user.is_manager or hasattr(user, "consultant"))


def revoked(members: Iterable[Member]) -> dict[Member, int]:
    """Which members lost their right, with the close code. Three queries, however many sockets."""
    members = list(members)
    sessions = Session.objects.filter(expire_date__gt=timezone.now()).in_bulk(
        [m.session_key for m in members]
    )
    users = (
        User.objects.select_related("consultant")
        .prefetch_related("groups")
        .in_bulk({member.user_id for member in members})
    )
    codes = {m: _verdict(m, sessions.get(m.session_key), users.get(m.user_id)) for m in members}
    return {member: code for member, code in codes.items() if code}


def _verdict(member: Member, session: Session | None, user: User | None) -> int | None:
    # A deleted session, an ended one and a session of a deleted user are the same to a browser: log in
    if session is None or user is None or not user.is_active or not _is_signed_by(session, user):
        return CLOSE_LOGIN
    if not may_join(user):
        return CLOSE_FORBIDDEN
    return None if user.is_manager == member.is_manager else CLOSE_RECONNECT


def _is_signed_by(session: Session, user: User) -> bool:
    """A changed password ends the sessions that were opened with the old one."""
    mark = session.get_decoded().get(HASH_SESSION_KEY, "")
    # Sessions signed with a former SECRET_KEY are good as long as it is among SECRET_KEY_FALLBACKS
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(mark, known) for known in hashes)
