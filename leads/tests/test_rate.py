"""Counting in Redis slows nobody down who need not wait, whatever Redis does."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from threading import Barrier
from types import SimpleNamespace

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.urls import reverse

from leads import brief_redis, rate, wakeups
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
    monkeypatch.setattr(brief_redis, "_is_away", False)
    monkeypatch.setattr(wakeups, "_asked_at", {})


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Takes connections in the place of Redis, and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(SLOW)
        yield server


def connection_to(server: socket.socket, seconds: float = SLOW) -> redis.Redis:
    """As the module's own, with another time to wait."""
    return redis.Redis.from_url(
        f"redis://127.0.0.1:{server.getsockname()[1]}/0",
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=brief_redis._connection.get_retry(),
    )


def make_source() -> None:
    make_statuses()
    Source.objects.create(slug="page", name="Page", secret="s")


def knock() -> int:
    answer = Client().post(
        reverse("lead-webhook", args=["page"]),
        {"name": "Ana", "phone": "11987654321"},
        "application/json",
        headers={"authorization": "Bearer s"},
    )
    return answer.status_code


def connections_to(server: socket.socket) -> int:
    """How many were opened since the last look."""
    server.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


def test_source_with_permits_left_does_not_wait_while_redis_is_asked_for_another(monkeypatch, silent):
    assert not rate.is_over(1, 1000)  # the real Redis gives a block
    monkeypatch.setattr(brief_redis, "_connection", connection_to(silent))

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
    redis_client.client_kill_filter(_id=brief_redis._connection.client_id())

    assert rate._count(key, 60) == 2


def test_threads_that_ask_at_the_same_moment_never_get_more_than_the_rate():
    start = Barrier(THREADS)

    def spend(_number: int) -> int:
        start.wait()
        return sum(not rate.is_over(3, 500) for _ in range(100))

    with ThreadPoolExecutor(THREADS) as pool:
        let_in = sum(pool.map(spend, range(THREADS)))

    assert let_in == 500


@pytest.mark.django_db
def test_webhooks_are_stored_and_answered_soon_while_redis_is_down(monkeypatch):
    make_source()
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:  # nobody listens there afterwards
        monkeypatch.setattr(brief_redis, "_connection", connection_to(gone))

    begun = time.monotonic()

    assert {knock() for _ in range(5)} == {202}
    assert Delivery.objects.count() == 5
    assert time.monotonic() - begun < SLOW


@pytest.mark.django_db
def test_webhook_asks_a_redis_that_hangs_once_and_the_next_ones_do_not(monkeypatch, silent):
    make_source()
    monkeypatch.setattr(brief_redis, "_connection", connection_to(silent, seconds=0.05))
    monkeypatch.setattr(brief_redis, "PAUSE_SECONDS", SLOW)

    assert (knock(), connections_to(silent)) == (202, 1)
    assert (knock(), connections_to(silent)) == (202, 0)


def test_redis_that_hung_is_tried_by_one_thread_after_a_pause_and_by_all_once_it_answers(monkeypatch, silent):
    real = brief_redis._connection
    monkeypatch.setattr(brief_redis, "_connection", connection_to(silent, seconds=0.05))
    monkeypatch.setattr(brief_redis, "PAUSE_SECONDS", SLOW)
    rate.count_refusal("page", "unauthorized")
    monkeypatch.setattr(brief_redis, "_try_again_at", 0.0)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _number: rate.count_refusal("page", "unauthorized"), range(THREADS)))

    assert connections_to(silent) == 2
    monkeypatch.setattr(brief_redis, "_connection", real)
    assert brief_redis.ask(lambda client: client.ping(), "ping") is None
    monkeypatch.setattr(brief_redis, "_try_again_at", 0.0)
    assert brief_redis.ask(lambda client: client.ping(), "ping")
    assert brief_redis.ask(lambda client: client.ping(), "ping")
