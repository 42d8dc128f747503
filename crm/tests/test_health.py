"""Health as an operator's probe sees it; parts that fail are real addresses where nobody answers."""

import socket
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import LazySettings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from crm import health, heartbeat
from crm.tests.test_embedded import eventually
from leads.models import Delivery, Source

# The checks ask from threads of their own, which see committed rows alone
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def living_worker(redis_client: redis.Redis) -> None:
    heartbeat.record_heartbeat()


@pytest.fixture
def hung_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        client = redis.Redis(host=host, port=port, socket_timeout=3, retry=None)
        monkeypatch.setattr(heartbeat, "connection", client)
        yield
    eventually(lambda: not any(check.is_asking() for check in health.CHECKS.values()))


def test_healthz_without_a_worker_is_ok(client: Client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_is_only_asked(path: str):
    response = Client(enforce_csrf_checks=True).post(path)
    assert response.status_code == 405


def test_readyz_with_every_part_is_ok(client: Client, living_worker: None):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"] == dict.fromkeys(["postgres", "migrations", "redis", "worker"], "ok")


def test_readyz_without_a_worker_says_so(client: Client):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["worker"] == "not seen"


def test_readyz_with_a_worker_long_gone_says_since_when(
    client: Client, redis_client: redis.Redis, settings: LazySettings
):
    redis_client.set(f"{settings.REDIS_PREFIX}worker-seen", time.time() - 100)
    assert client.get("/readyz").json()["checks"]["worker"] == "not seen for 100 s"


def test_readyz_with_an_unapplied_migration_is_not_ready(client: Client, living_worker: None):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("leads", "0001_initial")
    try:
        response = client.get("/readyz")
    finally:
        recorder.record_applied("leads", "0001_initial")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "1 not applied"


def test_readyz_with_a_hung_redis_answers_in_time(client: Client, hung_redis: None):
    started = time.monotonic()
    checks = client.get("/readyz").json()["checks"]
    assert time.monotonic() - started < 3
    assert checks["redis"] == checks["worker"] == "no answer in time"
    assert checks["postgres"] == "ok"


def test_readyz_without_redis_says_unreachable(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heartbeat, "connection", redis.Redis(host="127.0.0.1", port=1, retry=None))
    assert client.get("/readyz").json()["checks"]["redis"] == "unreachable (ConnectionError)"


def test_heartbeat_without_redis_does_not_stop_the_worker(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heartbeat, "connection", redis.Redis(host="127.0.0.1", port=1, socket_timeout=1))
    heartbeat.record_heartbeat()


def test_metrics_count_the_work_owed(client: Client, living_worker: None):
    source = Source.objects.create(slug="metrics", name="Metrics")
    for state in ("received", "received", "failed", "processed"):
        Delivery.objects.create(source=source, state=state)
    response = client.get("/metrics")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }
    assert response.headers["Content-Type"].startswith("text/plain")
    assert samples["crm_deliveries_owed", "received"] == 2
    assert samples["crm_deliveries_owed", "failed"] == 1
    assert samples["crm_messages_owed", "queued"] == 0
    assert samples["crm_notifications_owed", "email"] == 0
    assert samples["crm_notifications_in_trouble", "failed"] == 0
    assert samples[("crm_conversations_unanswered",)] == 0
    assert samples[("crm_deliveries_owed_oldest_seconds",)] >= 0
    assert samples[("crm_worker_seen_seconds",)] < 5


def test_metrics_count_refused_webhooks(client: Client):
    client.post("/webhooks/whatsapp/", {"From": "whatsapp:+5511987654321"})

    text = client.get("/metrics").content.decode()

    assert 'crm_whatsapp_webhooks_refused_total{webhook="inbound"} 1.0' in text
    assert 'crm_whatsapp_webhooks_refused_total{webhook="status"} 0.0' in text


@pytest.mark.parametrize(
    ("token", "header", "expected"),
    [
        ("", "", 403),
        ("", "Bearer ", 403),
        ("s3cret", "", 403),
        ("s3cret", "Bearer other", 403),
        ("s3cret", "Bearer s3cret", 200),
    ],
)
def test_metrics_in_production_need_the_token(
    client: Client, settings: LazySettings, token: str, header: str, expected: int
):
    settings.LOCAL = False
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"authorization": header}).status_code == expected


def test_check_asked_again_while_it_hangs_keeps_one_thread():
    asked = []

    def probe() -> None:
        asked.append(True)
        time.sleep(2)

    check = health.Check(probe)
    for _ in range(3):
        check.begin()
    assert check.result() == "no answer in time"
    assert len(asked) == 1
