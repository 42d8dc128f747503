"""Sockets of browsers, for tests."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client

from crm.asgi import application
from leads.models import User

QUIET_SECONDS = 0.3


class Socket(WebsocketCommunicator):
    """A browser's socket. `frames` come parsed; `closed` waits for the server's close code."""

    async def frame(self, kind: str = "") -> dict[str, Any]:
        """The next frame, or the next of a type."""
        while True:
            frame = json.loads(await self.receive_from(timeout=20))
            if not kind or frame["type"] == kind:
                return frame

    async def is_quiet(self) -> bool:
        return await self.receive_nothing(timeout=QUIET_SECONDS)

    async def closed(self) -> int:
        while True:
            event = await self.receive_output(timeout=20)
            if event["type"] == "websocket.close":
                return event["code"]


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def new_socket(session_key: str = "", origin: str = "http://localhost", path: str = "/ws/board/") -> Socket:
    headers = [(b"origin", origin.encode()), (b"cookie", f"sessionid={session_key}".encode())]
    return Socket(application, path, headers=headers)


@asynccontextmanager
async def socket_of(user: User | None, session_key: str = "") -> AsyncIterator[Socket]:
    """An accepted socket; its hello has not been read."""
    if user and not session_key:
        session_key = await in_database(session_of, user)
    socket = new_socket(session_key)
    is_accepted, _ = await socket.connect(timeout=20)
    assert is_accepted
    try:
        yield socket
    finally:
        await socket.disconnect()
        await database_sync_to_async(connections.close_all)()


@asynccontextmanager
async def live_socket_of(user: User, session_key: str = "") -> AsyncIterator[Socket]:
    """A socket that has said hello: from here on it misses nothing."""
    async with socket_of(user, session_key) as socket:
        assert (await socket.frame())["type"] == "sync:hello"
        yield socket


async def in_database(work: Any, *args: Any, **options: Any) -> Any:
    """Run on the thread that the tests' database connection belongs to."""
    return await sync_to_async(work, thread_sensitive=True)(*args, **options)


async def soon(condition: Any, seconds: float = 20) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")
