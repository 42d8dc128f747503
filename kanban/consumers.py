"""The socket of one browser tab: authenticate, join, forward. It writes nothing."""

import asyncio
import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import AnonymousUser

from kanban import frames
from kanban.cursor import read_head
from kanban.hub import Hub
from kanban.members import CLOSE_FORBIDDEN, CLOSE_LOGIN, Member, may_join
from kanban.presence import Presence
from leads.models import User

# Thirty tabs of one person in one process; beyond that it is a script or a loop of reconnects
SOCKETS_PER_USER = 30
# The longest thing a browser has to say is an id and a word
MAX_FRAME = 4096


class BoardConsumer(AsyncWebsocketConsumer):
    # Channels would subscribe each socket to Redis by itself; the hub does it once for all of them.
    channel_layer_alias = ""

    member: Member | None = None
    writer: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accepted first even where refused: a browser cannot read the code of a refused handshake."""
        # Of a refused handshake a page learns 1006 and no reason (WebSockets Standard)
        await self.accept()
        member = await database_sync_to_async(_member)(self.scope["user"], self.scope["session"].session_key)
        if isinstance(member, int):
            await self.close(code=member)
            return
        if Hub.here().count_of(member.user_id) >= SOCKETS_PER_USER:
            await self.close(code=CLOSE_FORBIDDEN)
            return
        self.member = member
        self.presence = Presence(member)
        try:
            # Listening first, then the head: a change in between comes twice and is not lost
            await Hub.here().join(member)
            await self.send(frames.hello(await database_sync_to_async(read_head)()))
        except BaseException:  # whatever ends it here, `disconnect` will not be called
            await Hub.here().leave(member)
            raise
        self.writer = asyncio.create_task(self._forward(member))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The one thing a browser says: which lead it has open."""
        facts = _parse(text_data)
        if self.member and facts.get("type") == "presence:lead":
            await self.presence.look_at(facts.get("lead"), facts.get("state"))

    async def disconnect(self, code: int) -> None:
        if self.writer:
            self.writer.cancel()
        if self.member:
            # First, because presence asks the database, which may be why everybody is leaving.
            await Hub.here().leave(self.member)
            await self.presence.leave()

    async def _forward(self, member: Member) -> None:
        while True:
            text = await member.waiting.get()
            if isinstance(text, int):
                await self.close(code=text)
                return
            await self.send(text)


def _member(user: User | AnonymousUser, session_key: str | None) -> Member | int:
    """The member, or the code to close with."""
    if not isinstance(user, User) or not session_key:
        return CLOSE_LOGIN
    if not may_join(user):
        return CLOSE_FORBIDDEN
    return Member(user.pk, str(user), user.is_manager, session_key)


def _parse(text: str | None) -> dict[str, Any]:
    """What the browser said, or nothing where it makes no sense."""
    if not text or len(text) > MAX_FRAME:
        return {}
    try:
        facts = json.loads(text)
    # "[" a thousand times over is no ValueError
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}
