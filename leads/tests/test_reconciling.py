"""The poll that finds what no webhook told of: whatever is wrong with one form or source stops no other."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from leads import deliveries
from leads.models import Delivery, Lead, Source
from leads.reconciling import reconcile_meta
from leads.tests import bodies
from leads.tests.test_fetching import deliver, make_source
from leads.tests.wires import running_wire

pytestmark = pytest.mark.django_db

BUSY = (400, {"error": {"code": 4, "message": "Application request limit reached"}})


@pytest.fixture
def meta(settings):
    """A vendor with two forms: `3001` has the lead 10007, and `3002` has 10008."""
    with running_wire() as wire:
        settings.META_GRAPH_URL = wire.url
        wire.answers["/me/leadgen_forms"] = (200, {"data": [{"id": "3001"}, {"id": "3002"}]})
        for form, number in (("3001", 7), ("3002", 8)):
            wire.answers[f"/{form}/leads"] = (200, {"data": [lead_of_its_own(number)]})
        yield wire


def lead_of_its_own(number):
    lead = bodies.meta_lead(number)
    lead["field_data"][2]["values"] = [f"rosa{number}@mail.example"]
    return lead


def names_in_deliveries():
    return sorted(json.loads(bytes(body))["id"] for body in Delivery.objects.values_list("body", flat=True))


def test_form_that_cannot_be_read_costs_the_other_forms_nothing(meta):
    make_source()
    meta.answers["/3001/leads"] = BUSY

    assert reconcile_meta() == 1
    assert names_in_deliveries() == ["10008"]


def test_leads_before_a_page_that_cannot_be_read_are_kept(meta):
    make_source()
    more = {"cursors": {"after": "c1"}, "next": "https://more"}
    meta.answers["/3001/leads"] = [(200, {"data": [lead_of_its_own(7)], "paging": more}), BUSY]

    assert reconcile_meta() == 2
    assert names_in_deliveries() == ["10007", "10008"]


@pytest.mark.parametrize(
    "answer",
    [{"data": None}, {}, {"data": "x"}, {"data": [None, {"id": None}]}, {"data": [], "paging": {"next": 1}},
     {"data": [], "paging": "x"}, {"data": [], "paging": {"next": "y", "cursors": "x"}}],
)  # fmt: skip
def test_answer_of_an_unexpected_shape_is_an_empty_one(meta, answer):
    make_source()
    meta.answers["/3001/leads"] = (200, answer)

    assert reconcile_meta() == 1


def test_form_without_an_id_is_passed_over(meta):
    make_source()
    forms = [{}, {"id": None}, {"id": "../me"}, {"id": 3002}]
    meta.answers["/me/leadgen_forms"] = (200, {"data": forms})

    assert reconcile_meta() == 1
    assert [path for path, _query, _headers in meta.asked] == ["/me/leadgen_forms", "/3002/leads"]


def test_source_that_cannot_be_asked_at_all_keeps_no_other_from_its_turn(meta):
    make_source(token="tok\nen")  # no header can carry this
    Source.objects.create(slug="z", name="z", kind="meta", secret="s", access_token="page-token")

    assert reconcile_meta() == 2
    assert set(Delivery.objects.values_list("source__slug", flat=True)) == {"z"}


def test_lead_whose_id_begins_another_known_one_is_found(meta):
    source = make_source()
    Delivery.objects.create(source=source, body=json.dumps({"id": "100070"}).encode())

    assert reconcile_meta() == 2


def test_lead_whose_webhook_was_given_up_is_tried_again(meta):
    source = make_source()
    meta.answers["/10007"] = (403, {"error": {"code": 200, "message": "Requires leads_retrieval"}})
    dead = deliver(source, bodies.meta_webhook("10007"))
    assert dead.state == "dead"
    meta.answers["/10007"] = (200, lead_of_its_own(7))

    assert reconcile_meta() == 1
    deliveries.process_pending()

    dead.refresh_from_db()
    assert (dead.state, dead.error) == ("processed", "")
    assert set(Lead.objects.values_list("phone", flat=True)) == {"+5511987650007", "+5511987650008"}


def test_delivery_given_up_whose_lead_is_known_stays_as_it_is(meta):
    source = make_source()
    reconcile_meta()
    deliveries.process_pending()
    dead = Delivery.objects.create(
        source=source, body=json.dumps(bodies.meta_webhook("10007")).encode(), state="dead"
    )

    assert reconcile_meta() == 0
    dead.refresh_from_db()
    assert dead.state == "dead"


def test_old_body_that_names_the_id_is_not_looked_at(meta):
    source = make_source()
    old = Delivery.objects.create(source=source, body=json.dumps({"id": "10007"}).encode())
    Delivery.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=5))

    assert reconcile_meta() == 2
