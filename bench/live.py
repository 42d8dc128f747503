"""From the commit of a board move to the browsers' sockets, beside raw Redis pub/sub."""

import asyncio
import json
import time
from collections.abc import Iterator
from itertools import cycle, islice

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect

from bench.report import Result, milliseconds, percentile
from bench.servers import socket_server
from leads.models import Lead, Status, User
from leads.services.board import move_lead

MOVES = 60
SOCKETS = (1, 200)
# `SOCKETS_PER_USER` is 30, and 200 browsers are wanted
MANAGERS = 10
# Between moves, so that each is measured by itself and not in the queue behind another
PAUSE = 0.02


def measure() -> Iterator[Result]:
    manager = User.objects.get(username="manager")
    lead = Lead.objects.create(name="Bench", status=Status.objects.first())
    for server in ("uvicorn", "daphne"):
        with socket_server(server) as port:
            for sockets in SOCKETS:
                ours, raw = asyncio.run(_compare(port, sockets, manager, lead))
                yield Result(
                    f"board move, commit → {sockets} browsers ({server})",
                    milliseconds(ours),
                    f"raw Redis pub/sub {milliseconds(raw)}",
                    percentile(ours, 50) / percentile(raw, 50),
                )


async def _compare(port: int, sockets: int, manager: User, lead: Lead) -> tuple[list[float], list[float]]:
    cookies = await sync_to_async(_sessions)()
    browsers = [await open_browser(port, cookies[number % len(cookies)]) for number in range(sockets)]
    ours = await _time_moves(browsers, manager, lead)
    for browser in browsers:
        await browser.close()
    return ours, await time_redis(sockets)


def _sessions() -> list[str]:
    """Of several managers: one user may not have hundreds of sockets."""
    found = []
    for number in range(MANAGERS):
        client = Client()
        user, _ = User.objects.get_or_create(username=f"boss{number}", is_superuser=True)
        client.force_login(user)
        found.append(client.cookies["sessionid"].value)
    return found


async def open_browser(port: int, cookie: str) -> ClientConnection:
    browser = await connect(
        f"ws://127.0.0.1:{port}/ws/board/",
        additional_headers={"Cookie": f"sessionid={cookie}"},
        origin=f"http://127.0.0.1:{port}",
        # The client's inflating is not ours to measure
        compression=None,
    )
    await browser.recv()
    return browser


async def _time_moves(browsers: list[ClientConnection], manager: User, lead: Lead) -> list[float]:
    """Of each move, the time until each browser has it."""
    slugs = await sync_to_async(list)(Status.objects.order_by("-position").values_list("slug", flat=True))
    seconds: list[float] = []
    for slug in islice(cycle(slugs), MOVES):
        arrivals = [asyncio.create_task(_arrival(browser)) for browser in browsers]
        committed = await sync_to_async(_move)(manager, lead, slug)
        seconds += [at - committed for at in await asyncio.gather(*arrivals)]
        await asyncio.sleep(PAUSE)
    return seconds


def _move(manager: User, lead: Lead, slug: str) -> float:
    """The moment of the commit, before anybody is told."""
    moments: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: moments.append(time.perf_counter()))
        move_lead(user=manager, lead_id=lead.pk, status=slug)
    return moments[0]


async def _arrival(browser: ClientConnection) -> float:
    while json.loads(await browser.recv())["type"] != "kanban:lead_updated":
        pass
    return time.perf_counter()


async def time_redis(subscribers: int) -> list[float]:
    """The same with nothing of ours in between."""
    async with redis.asyncio.Redis.from_url(settings.REDIS_URL, max_connections=subscribers + 5) as client:
        subscriptions = [client.pubsub(ignore_subscribe_messages=True) for _ in range(subscribers)]
        for subscription in subscriptions:
            await subscription.subscribe("bench:raw")
            await subscription.get_message(timeout=1)
        seconds: list[float] = []
        for _ in range(MOVES):
            arrivals = [asyncio.create_task(_message(subscription)) for subscription in subscriptions]
            await asyncio.sleep(PAUSE)
            sent = time.perf_counter()
            await client.publish("bench:raw", b"x" * 900)
            seconds += [at - sent for at in await asyncio.gather(*arrivals)]
        for subscription in subscriptions:
            await subscription.aclose()
        return seconds


async def _message(subscription: redis.asyncio.client.PubSub) -> float:
    while await subscription.get_message(timeout=5) is None:
        pass
    return time.perf_counter()
