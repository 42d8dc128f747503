"""One Redis subscription per process, fanned out to this process's sockets.

A channel of Redis per socket costs twenty times as much and reaches a thousand browsers in a third
of a second instead of sixteen milliseconds (docs/adr has the numbers and the reason for plain Redis).
"""

import asyncio
import logging
from contextlib import suppress
from typing import Self
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import Error as DatabaseError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kanban import frames
from kanban.cursor import read_head
from kanban.members import CLOSE_LOGIN, CLOSE_RECONNECT, Member, revoked
from kanban.wire import channel, unpack

logger = logging.getLogger(__name__)
# A logout is told at once; this finds the rest: a message that was lost, a changed password or role
RECHECK_SECONDS = 20
# Then a ping, and as long again for its answer: a half-open connection looks like a quiet board otherwise
SILENCE_SECONDS = 10
RETRY_SECONDS = 1
# With Redis away a socket opens all the same, and follows the board by asking
JOIN_SECONDS = 2


class Hub:
    """Starts with its first member, stops with its last."""

    # By loop and not one for the process: a hub's tasks and sockets belong to the loop that runs them
    _of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Self] = WeakKeyDictionary()

    def __init__(self) -> None:
        self.members: set[Member] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._listening = asyncio.Event()

    @classmethod
    def here(cls) -> Self:
        """The hub of the running event loop: in production, of the process."""
        return cls._of_loop.setdefault(asyncio.get_running_loop(), cls())

    async def join(self, member: Member) -> None:
        """From the return on, `member` misses nothing; with Redis down, a reset comes when it is back."""
        # Before the wait: what is said from now on waits in the member's queue
        self.members.add(member)
        if not self._tasks:
            loops = (self._listen(), self._tell_head(), self._close_revoked())
            self._tasks = [asyncio.create_task(loop) for loop in loops]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._listening.wait(), JOIN_SECONDS)

    async def leave(self, member: Member) -> None:
        self.members.discard(member)
        # The last one out ends the subscription, so that a process without sockets holds no connection
        if not self.members:
            tasks, self._tasks = self._tasks, []
            self._listening.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def count_of(self, user_id: int) -> int:
        return sum(member.user_id == user_id for member in self.members)

    def tell_all(self, text: str) -> None:
        for member in tuple(self.members):
            member.tell(text)

    async def _listen(self) -> None:
        """Subscribed for ever; after each gap everybody is told that something may be missing."""
        has_gap = False
        while True:
            try:
                await self._subscribe(has_gap)
            except (RedisError, OSError) as error:
                logger.warning("live updates interrupted", extra={"error": type(error).__name__})
            self._listening.clear()
            has_gap = True
            await asyncio.sleep(RETRY_SECONDS)

    async def _subscribe(self, has_gap: bool) -> None:
        """One connection to Redis, until it fails. It must not heal itself: a silent gap loses frames."""
        async with (
            Redis.from_url(
                settings.REDIS_URL,
                client_name=client_name(),
                socket_connect_timeout=RETRY_SECONDS,
                # The library would reconnect and subscribe again by itself, and nobody would learn of the gap
                retry=Retry(NoBackoff(), 0),
            ) as redis,
            redis.pubsub() as subscription,
        ):
            await subscription.subscribe(channel())
            await self._receive(subscription, has_gap)

    async def _receive(self, subscription: PubSub, has_gap: bool) -> None:
        """Hand on what comes until the connection fails or stays silent after a ping."""
        is_asked = False
        while True:
            message = await subscription.get_message(timeout=SILENCE_SECONDS)
            if message is None and is_asked:
                return
            if message is None:
                await subscription.ping()
            elif message["type"] == "subscribe":
                # Only on Redis' word: a SUBSCRIBE that is sent is not yet one that counts
                self._listening.set()
                if has_gap:
                    # After subscribing, not before: what is said between the two would be missed again
                    self.tell_all(frames.reset())
            elif message["type"] == "message":
                self._hand_on(message["data"])
            is_asked = message is None

    def _hand_on(self, message: bytes) -> None:
        address, text = unpack(message)
        for member in tuple(self.members):
            if address.closes:
                if member.session == address.closes:
                    member.close(CLOSE_LOGIN)
            # Rights as of the last check: a role that changed since closes the socket within RECHECK_SECONDS
            elif address.reaches(member.user_id, is_manager=member.is_manager):
                member.tell(text)

    async def _tell_head(self) -> None:
        while True:
            await asyncio.sleep(frames.HEARTBEAT_SECONDS)
            with suppress(DatabaseError):  # a database that is away has nothing new to tell either
                self.tell_all(frames.head(await database_sync_to_async(read_head)()))

    async def _close_revoked(self) -> None:
        """Lost messages must not keep anybody in: sessions, accounts and roles are looked at again."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                codes = await database_sync_to_async(revoked)(tuple(self.members))
            except DatabaseError as error:  # better to come again and be checked there
                logger.warning("sockets closed unchecked", extra={"error": type(error).__name__})
                codes = dict.fromkeys(self.members, CLOSE_RECONNECT)
            for member, code in codes.items():
                member.close(code)


def client_name() -> str:
    """How the subscription is called in Redis' list of clients."""
    return channel().replace(":", "-")
