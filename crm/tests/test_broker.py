"""Kombu's transport with a client that is kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from kombu import Connection

from crm import broker
from crm.celery import app


@pytest.fixture
def channel():
    with app.connection_for_write() as connection:
        yield connection.default_channel


@pytest.mark.parametrize("address", ["redis://host/0", "rediss://host/0", "redis+socket:///run/redis.sock"])
def test_every_address_of_redis_means_this_transport(address):
    assert Connection(address).get_transport_cls() is broker.Transport


def test_channel_keeps_one_client_until_its_pool_is_another(channel):
    kept = channel._create_client()
    assert channel._create_client() is kept
    assert channel._create_client(asynchronous=True) is not kept
    channel._disconnect_pools()
    assert channel._create_client().connection_pool is channel.pool is not kept.connection_pool


def test_channel_serves_many_threads_at_once(channel):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: channel._put("threads", {"number": number}), range(64)))
    taken = [channel._get("threads")["number"] for _ in range(64)]
    assert sorted(taken) == list(range(64))
    assert channel._size("threads") == 0
