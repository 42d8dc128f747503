"""Counting in Redis slows nobody down who need not wait, whatever Redis does."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from types import SimpleNamespace

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.urls import reverse

from leads import rate, wakeups
from leads.models import Delivery, Source
from leads.tests.makers import make_statuses

THREADS = 8
SLOW = 60  # seconds that a silent Redis could cost here; nobody is to wait for them


@pytest.fixture(autouse=True)
def _own_permits(monkeypatch) -> None:
    """None spent yet, no pause after a failure, and a minute that does not end during a test."""
    begun = time.time()
    monkeypatch.setattr(rate, "time", SimpleNamespace(time=lambda: begun, monotonic=time.monotonic))
    monkeypatch.setattr(rate, "_permits", {})
    monkeypatch.setattr(rate, "_resume_at", 0.0)


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Takes connections in the place of Redis, and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(SLOW)
        yield server


def connection_to(server: socket.socket, like: redis.Redis) -> redis.Redis:
    """As the module's own, with more time to wait."""
    return redis.Redis.from_url(
        f"redis://127.0.0.1:{server.getsockname()[1]}/0",
        socket_timeout=SLOW,
        socket_connect_timeout=SLOW,
        retry=like.get_retry(),
    )


def test_source_with_permits_left_does_not_wait_while_redis_is_asked_for_another(monkeypatch, silent):
    assert not rate.is_over(1, 1000)  # the real Redis gives a block
    monkeypatch.setattr(rate, "_connection", connection_to(silent, like=rate._connection))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(rate.is_over, 2, 1000)
        asked, _address = silent.accept()
        with closing(asked):
            assert not rate.is_over(1, 1000)
            assert not waiting.done()
            silent.close()

        assert not waiting.result()  # nothing is counted without Redis, and everybody may pass


def test_connection_that_redis_closed_meanwhile_costs_no_uncounted_request(redis_client):
    key = f"{settings.REDIS_PREFIX}rate:test"
    assert rate._count(key, 60) == 1
    redis_client.client_kill_filter(_id=rate._connection.client_id())

    assert rate._count(key, 60) == 2


def test_threads_that_ask_at_the_same_moment_never_get_more_than_the_rate():
    start = Barrier(THREADS)

    def knock(_number: int) -> int:
        start.wait()
        return sum(not rate.is_over(3, 500) for _ in range(100))

    with ThreadPoolExecutor(THREADS) as pool:
        let_in = sum(pool.map(knock, range(THREADS)))

    assert let_in == 500


@pytest.mark.django_db
def test_webhooks_are_stored_and_answered_soon_while_redis_is_down(monkeypatch):
    make_statuses()
    Source.objects.create(slug="page", name="Page", secret="s")
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:  # nobody listens there afterwards
        for module in (rate, wakeups):
            monkeypatch.setattr(module, "_connection", connection_to(gone, like=module._connection))
    monkeypatch.setattr(wakeups, "_paused_until", 0.0)

    begun = time.monotonic()
    answers = [
        Client().post(
            reverse("lead-webhook", args=["page"]),
            {"name": "Ana", "phone": "11987654321"},
            "application/json",
            headers={"authorization": "Bearer s"},
        )
        for _ in range(5)
    ]

    assert {answer.status_code for answer in answers} == {202}
    assert Delivery.objects.count() == 5
    assert time.monotonic() - begun < SLOW
