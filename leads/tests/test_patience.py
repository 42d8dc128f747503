"""What may pass by itself is given a day; what a vendor asks for is heeded; our own faults end soon."""

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.db import connection
from django.utils import timezone

from leads import deliveries
from leads.models import Delivery, Lead, Source, Status
from leads.reconciling import reconcile_meta
from leads.tests import bodies
from leads.tests.makers import make_statuses
from leads.tests.wires import running_wire

pytestmark = pytest.mark.django_db

BUSY = (429, {"error": {"code": 4, "message": "Application request limit reached"}})
SLACK = timedelta(minutes=5)  # that a slow machine may lose between asking and looking


@pytest.fixture
def wire(settings):
    with running_wire() as wire:
        settings.META_GRAPH_URL = settings.HUBSPOT_API_URL = wire.url
        yield wire


def make_delivery(kind="meta", body=None):
    make_statuses()
    source = Source.objects.create(slug=kind, name=kind, kind=kind, secret="s", access_token="t")
    raw = json.dumps(body or bodies.meta_webhook("10007")).encode()
    return Delivery.objects.create(source=source, body=raw, content_type="application/json")


def try_again(delivery, attempts_so_far=None):
    """Its next attempt, now."""
    due = {"next_attempt_at": timezone.now() - timedelta(seconds=1)}
    Delivery.objects.update(**due | ({} if attempts_so_far is None else {"attempts": attempts_so_far}))
    deliveries.process_pending()
    delivery.refresh_from_db()


def pause_of(delivery):
    return delivery.next_attempt_at - timezone.now()


@pytest.mark.parametrize("kind", ["meta", "hubspot"])
def test_delivery_outlasts_a_rate_limit_of_hours_and_becomes_a_lead(wire, kind):
    body, path, answer = {
        "meta": (bodies.meta_webhook("10007"), "/10007", bodies.meta_lead()),
        "hubspot": (
            bodies.hubspot(),
            "/crm/v3/objects/contacts/501",
            {"properties": {"firstname": "Rosa", "email": "rosa@mail.example"}},
        ),
    }[kind]
    delivery = make_delivery(kind, body)
    wire.answers[path] = BUSY
    for _attempt in range(deliveries.MAX_ATTEMPTS * 3):
        try_again(delivery)
        assert delivery.state == "failed"
    assert deliveries.LONGEST_PAUSE - SLACK < pause_of(delivery) <= deliveries.LONGEST_PAUSE

    wire.answers[path] = (200, answer)
    try_again(delivery)

    assert (delivery.state, Lead.objects.get().email) == ("processed", "rosa@mail.example")


def test_pauses_of_a_patient_day_are_fewer_than_the_claims_that_make_a_killer_of_workers():
    passed, claims = timedelta(), 0
    while passed < deliveries.PATIENCE:
        passed += min(deliveries.LONGEST_PAUSE, deliveries.FIRST_PAUSE * 2**claims)
        claims += 1

    assert deliveries.MAX_ATTEMPTS < claims < deliveries.MOST_CLAIMS


def test_rate_limit_of_more_than_a_day_ends_with_the_vendors_words(wire):
    delivery = make_delivery()
    wire.answers["/10007"] = BUSY
    Delivery.objects.update(received_at=timezone.now() - deliveries.PATIENCE, state="failed")

    try_again(delivery, attempts_so_far=deliveries.MAX_ATTEMPTS)

    assert (delivery.state, delivery.next_attempt_at) == ("dead", None)
    assert "limit reached" in delivery.error


def test_old_delivery_that_is_replayed_has_its_attempts_all_the_same(wire):
    delivery = make_delivery()
    wire.answers["/10007"] = BUSY
    Delivery.objects.update(received_at=timezone.now() - timedelta(days=9))

    try_again(delivery)

    assert delivery.state == "failed"


def test_fault_of_ours_ends_after_eight_attempts_however_young_the_delivery():
    delivery = make_delivery("generic", {"name": "Ana", "phone": "11987654321"})
    Source.objects.update(mapping=7)  # no mapping at all, which no form of ours lets in

    try_again(delivery, attempts_so_far=deliveries.MAX_ATTEMPTS - 1)

    assert delivery.state == "dead"
    assert "This is a fault of ours" in delivery.error


def test_office_without_a_status_is_given_a_day_to_make_one(wire):
    delivery = make_delivery()
    wire.answers["/10007"] = (200, bodies.meta_lead())
    Status.objects.all().delete()

    try_again(delivery, attempts_so_far=deliveries.MAX_ATTEMPTS - 1)

    assert (delivery.state, delivery.error) == ("failed", "There is no open status: add one in the admin.")


@pytest.mark.parametrize(("code", "state"), [("22012", "dead"), ("40P01", "failed"), ("53100", "failed")])
def test_trouble_of_the_database_is_given_a_day_unless_it_is_about_the_data(code, state):
    """A trigger raises it: a division by zero; a deadlock; a full disk."""
    delivery = make_delivery("generic", {"name": "Ana", "phone": "11987654321"})
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '{code}'; END $$; "
            f"CREATE TRIGGER trouble BEFORE INSERT ON leads_lead FOR EACH ROW EXECUTE FUNCTION trouble()"
        )

    try_again(delivery, attempts_so_far=deliveries.MAX_ATTEMPTS - 1)

    assert (delivery.state, Lead.objects.count()) == (state, 0)
    assert "The database did not answer as expected" in delivery.error


def test_delivery_that_failed_before_and_then_kills_its_workers_is_given_up():
    delivery = make_delivery()
    Delivery.objects.update(state="failed")

    try_again(delivery, attempts_so_far=deliveries.MOST_CLAIMS)

    assert (delivery.state, delivery.error) == ("dead", "No worker came to an end with it.")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("kind", ["seconds", "date"])
def test_vendor_that_says_when_is_not_asked_before(wire, status, kind):
    asked_for = timedelta(minutes=40)
    moment = format_datetime(timezone.now() + asked_for, usegmt=True)
    said = {"seconds": str(int(asked_for.total_seconds())), "date": moment}[kind]
    wire.answers["/10007"] = (status, {}, {"Retry-After": said})
    delivery = make_delivery()

    try_again(delivery)

    assert delivery.state == "failed"
    assert asked_for - SLACK < pause_of(delivery) <= asked_for


@pytest.mark.parametrize("said", ["86400", "9" * 400])
def test_vendor_that_asks_for_longer_than_our_longest_pause_is_asked_after_that(wire, said):
    wire.answers["/10007"] = (429, {}, {"Retry-After": said})
    delivery = make_delivery()

    try_again(delivery)

    assert deliveries.LONGEST_PAUSE - SLACK < pause_of(delivery) <= deliveries.LONGEST_PAUSE


@pytest.mark.parametrize(
    "said", ["0", "-5", "soon", "1.5", "", "²", "Mon, 01 Jan 2001 00:00:00 GMT", "Mon, 01 Jan 2001 00:00:00"]
)
def test_retry_after_that_says_nothing_leaves_our_own_pause(wire, said):
    wire.answers["/10007"] = (429, {}, {"Retry-After": said})
    delivery = make_delivery()

    try_again(delivery, attempts_so_far=7)

    assert delivery.state == "failed"
    assert timedelta(0) < pause_of(delivery) <= deliveries.FIRST_PAUSE * 2**7


def usage(**said):
    return {"X-Business-Use-Case-Usage": json.dumps({"1001": [{"type": "leadgen", **said}]})}


def test_meta_is_not_asked_again_before_it_gives_access_back(wire):
    wire.answers["/10007"] = (400, {"error": {"code": 80005}}, usage(estimated_time_to_regain_access=25))
    delivery, other = make_delivery(), make_delivery("hubspot", bodies.hubspot())
    second = Delivery.objects.create(
        source=delivery.source, body=json.dumps(bodies.meta_webhook("10008")).encode()
    )
    Source.objects.filter(pk=other.source_id).update(access_token="another")

    try_again(delivery)
    second.refresh_from_db()

    assert (delivery.state, second.state) == ("failed", "failed")
    assert timedelta(minutes=25) - SLACK < pause_of(delivery) <= timedelta(minutes=25)
    assert timedelta(minutes=25) - SLACK < pause_of(second) <= timedelta(minutes=25)
    # One of Meta's two was asked for; who has another token is asked all the same
    assert sorted(path for path, _query, _headers in wire.asked) == ["/10007", "/crm/v3/objects/contacts/501"]


@pytest.mark.parametrize(
    ("headers", "is_polled"),
    [
        (usage(call_count=96), False),
        (usage(call_count=50, total_time=99), False),
        ({"X-App-Usage": json.dumps({"call_count": 100})}, False),
        (usage(call_count=94), True),
        (usage(call_count="lots", estimated_time_to_regain_access=None), True),
        ({"X-Business-Use-Case-Usage": "nonsense", "X-App-Usage": "[1]", "X-Page-Usage": "NaN"}, True),
    ],
)
def test_rest_of_metas_limit_is_kept_for_leads_that_a_webhook_names(wire, headers, is_polled):
    for number in (7, 8):
        lead = bodies.meta_lead(number)
        lead["field_data"][2]["values"] = [f"rosa{number}@mail.example"]
        wire.answers[f"/1000{number}"] = (200, lead, headers)
    wire.answers["/me/leadgen_forms"] = (200, {"data": []})

    try_again(make_delivery(body=bodies.meta_webhook("10007", "10008")))
    reconcile_meta()

    assert Lead.objects.count() == 2
    assert ("/me/leadgen_forms" in [path for path, _query, _headers in wire.asked]) == is_polled
