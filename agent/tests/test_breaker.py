"""The circuit breaker and what it spares, with Redis and without."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from pydantic import BaseModel

from agent.breaker import FAILURES, OPEN_SECONDS, TRIPPED_SECONDS, Breaker
from agent.completion import complete
from agent.endpoint import Endpoint
from agent.llm import LLMError
from agent.shared_memory import SharedMemory
from agent.tests.openai_double import OpenAIDouble

NOWHERE = "redis://127.0.0.1:9/0"


class Place(BaseModel):
    city: str


@pytest.fixture(params=["with Redis", "without Redis"])
def memory(request) -> SharedMemory:
    away = RedisCache(NOWHERE, {"OPTIONS": {"socket_connect_timeout": 1}})
    return SharedMemory(cache if request.param == "with Redis" else away, name=str(uuid.uuid4()))


@pytest.fixture
def breaker(memory) -> Breaker:
    return Breaker(str(uuid.uuid4()), memory)


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(time.time() + seconds, tick=True)


def open_breaker(breaker: Breaker) -> None:
    for _failure in range(FAILURES):
        breaker.failed("server")


def test_breaker_with_a_few_failures_stays_closed(breaker):
    for _failure in range(FAILURES - 1):
        breaker.failed("server")
    assert breaker.allows_call()
    assert breaker.status() == {"state": "closed", "reason": "", "until": None}


def test_breaker_after_enough_failures_refuses_calls_and_says_why(breaker):
    open_breaker(breaker)
    assert not breaker.allows_call()
    assert (breaker.status()["state"], breaker.status()["reason"]) == ("open", "server")


def test_breaker_when_its_time_is_over_lets_one_probe_pass(breaker):
    open_breaker(breaker)
    with later(OPEN_SECONDS + 1):
        assert breaker.status()["state"] == "half_open"
        assert [breaker.allows_call() for _caller in range(4)] == [True, False, False, False]


def test_breaker_after_a_good_probe_is_closed(breaker):
    open_breaker(breaker)
    with later(OPEN_SECONDS + 1):
        assert breaker.allows_call()
        breaker.succeeded()
        assert breaker.status()["state"] == "closed"
        breaker.failed("server")
        assert breaker.allows_call()


def test_breaker_after_a_bad_probe_is_open_again(breaker):
    open_breaker(breaker)
    with later(OPEN_SECONDS + 1):
        assert breaker.allows_call()
        breaker.failed("timeout")
        assert not breaker.allows_call()
        assert breaker.status()["reason"] == "timeout"


def test_breaker_tripped_refuses_for_long(breaker):
    breaker.trip("quota")
    with later(OPEN_SECONDS + 1):
        assert not breaker.allows_call()
    with later(TRIPPED_SECONDS + 1):
        assert breaker.allows_call()


def test_breaker_of_many_callers_at_once_lets_one_probe_pass(breaker):
    breaker.trip("auth")
    with later(TRIPPED_SECONDS + 1), ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _caller: breaker.allows_call(), range(32))) == 1


def test_breaker_tripped_twice_alerts_once(breaker, caplog):
    breaker.trip("quota")
    breaker.trip("quota")
    assert [record.reason for record in caplog.records if hasattr(record, "reason")] == ["quota"]


def test_breakers_of_two_processes_share_what_they_know():
    name = str(uuid.uuid4())
    open_breaker(Breaker(name, SharedMemory(name="one")))
    assert not Breaker(name, SharedMemory(name="other")).allows_call()


def test_shared_memory_that_is_away_costs_one_attempt_in_a_while():
    away = SharedMemory(RedisCache("redis://10.255.255.1:6379", {"OPTIONS": {"socket_connect_timeout": 0.5}}))
    began = time.monotonic()
    for number in range(20):
        away.set("key", number, 60)
    assert away.get("key") == 19
    assert time.monotonic() - began < 1.5


@pytest.fixture
def double():
    with OpenAIDouble() as double:
        yield double


def ask(endpoint: Endpoint) -> str:
    try:
        complete(
            [{"role": "user", "content": "?"}], shape=Place, deadline=time.monotonic() + 5, endpoint=endpoint
        )
    except LLMError as error:
        return error.kind
    return "answered"


def test_complete_on_an_endpoint_that_is_down_stops_asking(double, memory):
    endpoint = Endpoint(double.base_url, "key", str(uuid.uuid4()), memory)
    double.script(*[{"status": 500}] * FAILURES)
    kinds = [ask(endpoint) for _turn in range(FAILURES + 3)]
    assert kinds == ["server"] * FAILURES + ["breaker_open"] * 3
    assert len(double.calls) == FAILURES


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ({"status": 429, "error": {"message": "pay", "code": "insufficient_quota"}}, "quota"),
        ({"status": 401, "error": {"message": "who?", "code": "invalid_api_key"}}, "auth"),
    ],
)
def test_complete_without_money_or_key_asks_once_for_long(double, memory, step, kind):
    endpoint = Endpoint(double.base_url, "key", str(uuid.uuid4()), memory)
    double.script(step)
    assert [ask(endpoint), ask(endpoint)] == [kind, "breaker_open"]
    assert len(double.calls) == 1
    assert endpoint.breaker.status()["reason"] == kind


def test_complete_with_a_new_key_is_asked_again(double):
    model = str(uuid.uuid4())
    double.script({"status": 401}, {"answer": {"city": "Lima"}})
    assert ask(Endpoint(double.base_url, "old key", model)) == "auth"
    assert ask(Endpoint(double.base_url, "new key", model)) == "answered"


def test_complete_on_unusable_answers_does_not_blame_the_endpoint(double, memory):
    endpoint = Endpoint(double.base_url, "key", str(uuid.uuid4()), memory)
    double.script(*[{"content": "no"}] * 2 * (FAILURES + 1))
    assert {ask(endpoint) for _turn in range(FAILURES + 1)} == {"bad_output"}
    double.assert_complete()
