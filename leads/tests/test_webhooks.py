"""The front door: what is answered, and that the request is kept before it is understood."""

import gzip
import json

import pytest
import redis
import time_machine
from django.conf import settings
from django.db import connection
from django.urls import reverse

from leads import brief_redis, deliveries, rate, wakeups
from leads.models import Delivery, Lead, LeadEvent, SeenSubmission, Source
from leads.services.sources import forget_previous_secrets, rotate_secrets
from leads.tasks import process_deliveries
from leads.tests.makers import make_circle, make_consultant, make_statuses
from leads.tests.signing import standard_headers

pytestmark = pytest.mark.django_db

SIGNING_SECRET = "whsec_c2VjcmV0LWZvci10ZXN0cy1vbmx5LWFhYQ=="
FORM = {
    "nome": "Rita Prado",
    "fone": "(11) 98877-6655",
    "email": "Rita@Example.com",
    "mensagem": "Quero visitar",
}


@pytest.fixture
def source():
    make_statuses()
    return Source.objects.create(
        slug="page", name="Landing page", secret="top-secret", signing_secret=SIGNING_SECRET
    )


def send(client, body, source="page", content_type="application/json", **headers):
    headers = headers or {"authorization": "Bearer top-secret"}
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(
        reverse("lead-webhook", args=[source]), data=data, content_type=content_type, headers=headers
    )


def test_webhook_with_bearer_secret_stores_the_raw_body_and_answers_202(client, source):
    response = send(client, FORM)

    delivery = Delivery.objects.get()
    assert response.status_code == 202
    assert response.json() == {"delivery": str(delivery.pk)}
    assert json.loads(bytes(delivery.body)) == FORM
    assert delivery.state == "received"
    assert "top-secret" not in json.dumps(delivery.headers)
    assert Lead.objects.count() == 0


def test_delivery_when_processed_becomes_an_assigned_classified_lead(client, source):
    consultant = make_consultant("vera")
    make_circle(consultant)
    send(client, FORM)

    deliveries.process_pending()

    lead = Lead.objects.get()
    assert (lead.name, lead.phone, lead.email) == ("Rita Prado", "+5511988776655", "rita@example.com")
    assert lead.consultant == consultant
    assert lead.classification["source"] == "rules"
    assert lead.score == sum((15, 5, 10))
    assert [reason["code"] for reason in lead.classification["reasons"]] == ["phone", "email", "buying_words"]
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error, list(delivery.leads.all())) == ("processed", "", [lead])
    assert {event.kind for event in lead.events.all()} == {"received", "classified", "assigned"}


def test_same_person_again_enriches_the_open_lead_and_is_a_duplicate(client, source):
    send(client, FORM)
    send(client, {"name": "Rita", "celular": "11 8877-6655", "cidade": "Campinas", "mensagem": "Tem vaga?"})

    deliveries.process_pending()

    lead = Lead.objects.get()
    assert lead.city == "Campinas"
    assert lead.message == "Quero visitar\n\nTem vaga?"
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["duplicate", "processed"]
    assert lead.events.filter(kind=LeadEvent.Kind.RETURNED).count() == 1


def test_long_keys_of_two_submissions_that_differ_at_their_end_are_two(client, source):
    for end in ("a", "b", "a"):
        headers = {"authorization": "Bearer top-secret", "idempotency-key": "k" * 300 + end}
        send(client, FORM, **headers)
    deliveries.process_pending()

    assert SeenSubmission.objects.count() == 2
    assert Lead.objects.get().events.filter(kind=LeadEvent.Kind.RETURNED).count() == 1


@pytest.mark.parametrize("name", ["submission_id", "external_id", "event_id", "idempotency_key"])
def test_constant_id_with_other_words_is_the_person_coming_again(client, source, name):
    for text in ("Quero visitar a loja", "Agora quero comprar dois", "Agora quero comprar dois"):
        body = {"name": "Ana", "phone": "11987654321", "message": text, name: "form-42"}
        send(client, body, authorization="Bearer top-secret")
        deliveries.process_pending()
        Lead.objects.update(status_id="lost")

    lead = Lead.objects.get()
    assert "visitar" in lead.message
    assert "comprar" in lead.message
    assert lead.events.filter(kind=LeadEvent.Kind.RETURNED).count() == 1
    assert lead.events.filter(kind=LeadEvent.Kind.MOVED).count() == 1
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["duplicate"] * 2 + ["processed"]


def test_same_idempotency_key_again_changes_nothing(client, source):
    for _ in range(2):
        send(client, FORM | {"idempotency_key": "visit-7"})

    deliveries.process_pending()

    lead = Lead.objects.get()
    assert lead.version == 2  # made and, with nobody in a circle, put into the queue
    assert not lead.events.filter(kind=LeadEvent.Kind.RETURNED).exists()
    assert Delivery.objects.filter(state="duplicate", leads=lead).count() == 1


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({"authorization": "Bearer wrong"}, "wrong"),
        ({"authorization": "top-secret"}, "Bearer <secret>"),
        ({"authorization": "Bearer "}, "wrong"),
        ({"x-other": "1"}, "missing"),
        ({"authorization": "Bearer tóp-secret"}, "wrong"),
        ({"webhook-id": "1", "webhook-signature": "v1,abc"}, "signature"),
    ],
)
def test_webhook_without_the_right_credential_gets_401_in_words_and_leaves_no_row(
    client, source, headers, word
):
    response = send(client, FORM, **headers)

    assert response.status_code == 401
    assert response.json()["code"] == "unauthorized"
    assert word in response.json()["detail"]
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert Delivery.objects.count() == 0


def test_source_without_any_secret_lets_nobody_in(client, source):
    Source.objects.create(slug="open", name="No secret")

    assert send(client, FORM, source="open").status_code == 401
    assert send(client, FORM, source="open", authorization="Bearer ").status_code == 401


def test_previous_secret_still_opens_during_rotation(client, source):
    Source.objects.filter(pk=source.pk).update(secret="brand-new")
    source.previous_secret, source.secret = "top-secret", "brand-new"
    source.save()

    assert send(client, FORM).status_code == 202
    assert send(client, FORM, authorization="Bearer brand-new").status_code == 202


def test_standard_signature_within_five_minutes_opens_and_later_does_not(client, source):
    body = json.dumps(FORM)

    for age, status in [(0, 202), (290, 202), (-290, 202), (310, 401), (-310, 401)]:
        headers = standard_headers(SIGNING_SECRET, "msg_1", body, age=age)
        assert send(client, body, **headers).status_code == status, age


def test_signature_by_the_previous_signing_secret_opens_until_that_is_forgotten(client, source):
    body = json.dumps(FORM)
    fresh = rotate_secrets(source)

    def signed_by(secret):
        return send(client, body, **standard_headers(secret, "msg_1", body)).status_code

    assert [signed_by(secret) for secret in (SIGNING_SECRET, fresh.signing)] == [202, 202]

    forget_previous_secrets(source)
    assert [signed_by(secret) for secret in (SIGNING_SECRET, fresh.signing)] == [401, 202]


def test_signature_by_the_secret_before_the_previous_one_is_refused(client, source):
    body = json.dumps(FORM)
    previous = rotate_secrets(source)
    rotate_secrets(source)

    for secret, status in [(SIGNING_SECRET, 401), (previous.signing, 202)]:
        assert send(client, body, **standard_headers(secret, "msg_1", body)).status_code == status


def test_standard_signature_of_another_body_id_or_secret_is_refused(client, source):
    headers = standard_headers(SIGNING_SECRET, "msg_1", json.dumps(FORM))
    other = standard_headers("whsec_b3RoZXI=", "msg_1", json.dumps(FORM))

    assert send(client, json.dumps(FORM, indent=1), **headers).status_code == 401
    assert send(client, json.dumps(FORM), **headers | {"webhook-id": "msg_2"}).status_code == 401
    assert send(client, json.dumps(FORM), **other).status_code == 401


def test_one_right_signature_among_several_is_enough(client, source):
    body = json.dumps(FORM)
    headers = standard_headers(SIGNING_SECRET, "msg_1", body)
    headers["webhook-signature"] = f"v1,bm90aGluZw== {headers['webhook-signature']}"

    assert send(client, body, **headers).status_code == 202


def test_unknown_and_inactive_sources_get_404(client, source):
    Source.objects.filter(pk=source.pk).update(is_active=False)

    assert send(client, FORM).status_code == 404
    assert send(client, FORM, source="nowhere").json()["code"] == "not_found"


def test_body_over_the_limit_gets_413_and_no_row(client, source):
    response = send(client, b'{"a": "' + b"x" * 256 * 1024 + b'"}')

    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"hello there", b"<lead/>", b"{", b"\x00\xff\xfe", b'{"a":' * 40000])
def test_body_that_is_neither_json_nor_form_gets_400_and_is_kept(client, source, body):
    response = send(client, body)

    delivery = Delivery.objects.get()
    assert response.status_code == 400
    assert response.json() == {
        "code": "not_understood",
        "detail": delivery.error,
        "delivery": str(delivery.pk),
    }
    assert (delivery.state, bytes(delivery.body)) == ("rejected", body)
    assert delivery.error


def test_body_without_any_contact_is_rejected_with_the_reason(client, source):
    assert send(client, {"hello": "world"}).status_code == 202

    deliveries.process_pending()

    delivery = Delivery.objects.get()
    assert delivery.state == "rejected"
    assert "phone" in delivery.error


def test_compressed_body_becomes_a_lead_and_is_kept_as_it_came(client, source):
    packed = gzip.compress(json.dumps(FORM).encode())
    headers = {"authorization": "Bearer top-secret", "content-encoding": "gzip"}

    assert send(client, packed, **headers).status_code == 202
    deliveries.process_pending()

    assert bytes(Delivery.objects.get().body) == packed
    assert Lead.objects.get().phone


def test_webhook_over_the_rate_gets_429(client, source):
    Source.objects.filter(pk=source.pk).update(rate_per_minute=0)

    response = send(client, FORM)

    assert (response.status_code, response.json()["code"]) == (429, "too_many_requests")
    assert Delivery.objects.count() == 0


def test_webhook_without_slash_at_the_end_is_accepted(client, source):
    url = reverse("lead-webhook", args=["page"]).rstrip("/")

    response = client.post(url, FORM, headers={"authorization": "Bearer top-secret"})

    assert response.status_code == 202


@pytest.mark.parametrize("method", ["put", "delete", "get", "patch"])
def test_other_methods_get_405_in_the_one_error_shape(client, source, method):
    response = getattr(client, method)(reverse("lead-webhook", args=["page"]))

    assert response.status_code == 405
    assert response.json()["code"]


def test_latin_1_form_of_an_old_page_keeps_its_accents(client, source):
    body = "nome=João Conceição&telefone=11988776655".encode("latin-1")
    send(client, body, content_type="application/x-www-form-urlencoded")

    deliveries.process_pending()

    assert Lead.objects.get().name == "João Conceição"


@pytest.mark.django_db(transaction=True)
def test_webhook_while_the_database_is_away_says_try_again(client, source):
    connection.close()
    away = connection.settings_dict["HOST"]
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        response = send(client, FORM)
    finally:
        connection.settings_dict["HOST"] = away

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response["Retry-After"] == "5"


def test_webhook_without_redis_is_stored_and_answered(client, source, monkeypatch):
    gone = redis.Redis.from_url("redis://127.0.0.1:9/0", socket_connect_timeout=0.2)
    monkeypatch.setattr(brief_redis, "_connection", gone)
    monkeypatch.setattr(brief_redis, "_is_away", False)

    assert send(client, FORM).status_code == 202
    assert Delivery.objects.count() == 1


def test_change_of_a_source_is_in_force_at_the_next_request(client, source):
    assert send(client, FORM).status_code == 202

    source.secret = "brand-new"
    source.save()
    assert send(client, FORM).status_code == 401
    assert send(client, FORM, authorization="Bearer brand-new").status_code == 202

    Source.objects.filter(pk=source.pk).update(is_active=False)
    assert send(client, FORM, authorization="Bearer brand-new").status_code == 404

    Source.objects.filter(pk=source.pk).update(is_active=True, rate_per_minute=0)
    assert send(client, FORM, authorization="Bearer brand-new").status_code == 429
    assert Delivery.objects.count() == 2


def test_known_source_is_read_no_more(client, source, django_assert_num_queries):
    send(client, FORM)

    with django_assert_num_queries(1):  # the INSERT, which finds the source unchanged by itself
        assert send(client, FORM).status_code == 202
        assert send(client, b"x" * (settings.WEBHOOK_MAX_BYTES + 1)).status_code == 413


@pytest.mark.django_db(transaction=True)
def test_connection_that_broke_between_two_requests_costs_a_retry_and_no_lead(client, source):
    send(client, FORM)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    other.close()

    response = send(client, FORM)

    assert response.status_code == 202
    assert Delivery.objects.filter(pk=response.json()["delivery"]).count() == 1


def test_permits_of_a_minute_are_never_more_than_the_rate_however_many_processes_spend_them(
    source, monkeypatch
):
    processes: list[dict] = [{}, {}, {}]
    let_in = 0
    with time_machine.travel("2026-05-04T12:00:30Z", tick=False):  # the next minute would let more in
        for number in range(1200):
            monkeypatch.setattr(rate, "_permits", processes[number % len(processes)])
            let_in += not rate.is_over(source.pk, 1000)

    assert let_in == 1000


def test_rate_of_a_few_requests_is_exact(client, source):
    Source.objects.filter(pk=source.pk).update(rate_per_minute=3)

    assert [send(client, FORM).status_code for _ in range(5)] == [202, 202, 202, 429, 429]


def test_burst_of_requests_asks_for_a_worker_once_and_the_worker_looks_twice(
    client, source, redis_client, monkeypatch
):
    monkeypatch.setattr(wakeups, "_asked_at", {})
    monkeypatch.setattr(brief_redis, "_is_away", False)
    for _ in range(5):
        send(client, FORM)
    assert [task["kwargsrepr"] for task in published(redis_client)] == ["{}"]

    process_deliveries()
    assert [task["kwargsrepr"] for task in published(redis_client)] == ["{'is_second': True}"]

    process_deliveries(is_second=True)
    assert published(redis_client) == []


def published(redis_client):
    """Headers of the tasks that wait in the queue, which is emptied."""
    queue = f"{settings.REDIS_PREFIX}quick"
    waiting = redis_client.lrange(queue, 0, -1)
    redis_client.delete(queue)
    return [json.loads(message)["headers"] for message in waiting]
