"""Kinds that only name a submission: the answers are fetched from a local server in the vendor's place."""

import json

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models import F

from leads import deliveries
from leads.models import Delivery, Lead, SeenSubmission, Source
from leads.reconciling import reconcile_meta
from leads.services.replaying import replay_deliveries
from leads.tests import bodies
from leads.tests.makers import make_statuses
from leads.tests.wires import running_wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire(settings):
    with running_wire() as wire:
        settings.META_GRAPH_URL = settings.HUBSPOT_API_URL = wire.url
        yield wire


def make_source(kind="meta", token="page-token"):
    make_statuses()
    return Source.objects.create(slug=kind, name=kind, kind=kind, secret="s", access_token=token)


def deliver(source, body):
    delivery = Delivery.objects.create(
        source=source, body=json.dumps(body).encode(), content_type="application/json"
    )
    deliveries.process_pending()
    delivery.refresh_from_db()
    return delivery


def test_meta_answers_are_fetched_with_the_token_in_a_header(wire):
    wire.answers["/10007"] = (200, bodies.meta_lead())

    delivery = deliver(make_source(), bodies.meta_webhook("10007"))

    lead = Lead.objects.get()
    assert (lead.name, lead.phone, lead.attribution["ad_name"]) == ("Rosa Paz", "+5511987650007", "Vídeo 1")
    assert delivery.state == "processed"
    [(path, query, headers)] = wire.asked
    assert path == "/10007"
    assert "field_data" in query["fields"]
    assert headers["authorization"] == "Bearer page-token"


def test_meta_webhook_with_several_leads_makes_each_of_them(wire):
    for number in (3, 4):
        lead = bodies.meta_lead(number)
        lead["field_data"][2]["values"] = [f"rosa{number}@mail.example"]
        wire.answers[f"/1000{number}"] = (200, lead)

    delivery = deliver(make_source(), bodies.meta_webhook(10003, "10004"))

    assert delivery.leads.count() == 2
    assert set(SeenSubmission.objects.values_list("key", flat=True)) == {"10003", "10004"}


@pytest.mark.parametrize(("ticked", "is_given"), [("1", True), ("", False), (1, True), (None, False)])
def test_consent_boxes_of_a_meta_form_are_written_down_as_ticked_or_not(wire, ticked, is_given):
    boxes = [
        {"checkbox_key": "whatsapp_contact", "is_checked": ticked},
        {"checkbox_key": "newsletter", "is_checked": "1"},
    ]
    wire.answers["/10007"] = (200, bodies.meta_lead() | {"custom_disclaimer_responses": boxes})

    deliver(make_source(), bodies.meta_webhook("10007"))

    lead = Lead.objects.get()
    consent = lead.events.get(kind="consent").data["consent"]
    given = {name: box["given"] for name, box in consent.items()}
    assert given == {"whatsapp_contact": is_given, "newsletter": True}
    assert "custom_disclaimer_responses" in wire.asked[0][1]["fields"]
    assert "disclaimer" not in json.dumps(lead.extra)


@pytest.mark.parametrize("boxes", [None, [], "yes", [None, "1"], {"checkbox_key": "a"}])
def test_meta_form_without_readable_consent_boxes_makes_a_lead_without_consent(wire, boxes):
    wire.answers["/10007"] = (200, bodies.meta_lead() | {"custom_disclaimer_responses": boxes})

    deliver(make_source(), bodies.meta_webhook("10007"))

    assert not Lead.objects.get().events.filter(kind="consent").exists()


def test_meta_delivery_is_tried_again_after_a_passing_error(wire):
    busy = (400, {"error": {"code": 4, "message": "Application request limit reached"}})
    wire.answers["/10007"] = [busy, (200, bodies.meta_lead())]

    delivery = deliver(make_source(), bodies.meta_webhook("10007"))
    assert (delivery.state, "limit reached" in delivery.error) == ("failed", True)

    Delivery.objects.update(next_attempt_at=delivery.received_at)
    deliveries.process_pending()
    assert Delivery.objects.get().state == "processed"


def test_meta_delivery_without_permission_is_dead_with_the_reason(wire):
    wire.answers["/10007"] = (403, {"error": {"code": 200, "message": "Requires leads_retrieval"}})

    delivery = deliver(make_source(), bodies.meta_webhook("10007"))

    assert delivery.state == "dead"
    assert "leads_retrieval" in delivery.error


def test_meta_source_without_token_says_so(wire):
    delivery = deliver(make_source(token=""), bodies.meta_webhook("10007"))

    assert (delivery.state, wire.asked) == ("dead", [])
    assert "access token" in delivery.error


def test_one_lead_that_is_gone_stops_no_other_of_the_same_webhook(wire):
    wire.answers["/10007"] = (200, bodies.meta_lead())

    delivery = deliver(make_source(), bodies.meta_webhook("10007", "10009"))

    assert delivery.state == "processed"
    assert delivery.leads.count() == 1
    assert "HTTP 404" in json.dumps(delivery.understood)


def test_meta_redirect_is_not_followed_with_the_token(wire):
    wire.answers["/10007"] = (302, {"location": f"{wire.url}/elsewhere"})

    assert deliver(make_source(), bodies.meta_webhook("10007")).state == "dead"
    assert len(wire.asked) == 1


def test_vendor_that_does_not_answer_postpones_the_delivery(settings):
    settings.META_GRAPH_URL = "http://127.0.0.1:9"

    delivery = deliver(make_source(), bodies.meta_webhook("10007"))

    assert (delivery.state, delivery.attempts) == ("failed", 1)
    assert delivery.next_attempt_at > delivery.received_at


def pass_by(claimed, time):
    """As if so much of the lease had gone by."""
    claimed.next_attempt_at -= time
    Delivery.objects.filter(pk=claimed.pk).update(next_attempt_at=F("next_attempt_at") - time)


@pytest.mark.django_db(transaction=True)
def test_delivery_whose_turn_comes_late_is_not_taken_over_while_its_answers_are_fetched(wire):
    body = json.dumps(bodies.meta_webhook("10007")).encode()
    Delivery.objects.create(source=make_source(), body=body, content_type="application/json")
    [claimed] = deliveries.claim_batch()
    pass_by(claimed, deliveries.LEASE)
    taken_over = []

    class Meanwhile(dict):
        def get(self, path, default=None):
            taken_over.extend(deliveries.claim_batch())
            connections.close_all()
            return 200, bodies.meta_lead()

    wire.answers = Meanwhile()
    deliveries.process(claimed)

    assert taken_over == []
    assert Delivery.objects.get().state == "processed"


@pytest.mark.django_db(transaction=True)
def test_webhook_of_many_leads_keeps_its_claim_for_longer_than_one_lease(wire):
    numbers = range(2, 8)
    body = json.dumps(bodies.meta_webhook(*(f"1000{number}" for number in numbers))).encode()
    Delivery.objects.create(source=make_source(), body=body, content_type="application/json")
    [claimed] = deliveries.claim_batch()
    taken_over = []

    class Slow(dict):
        def get(self, path, default=None):
            pass_by(claimed, deliveries.FETCH_LEASE * 0.6)
            taken_over.extend(deliveries.claim_batch())
            connections.close_all()
            answers = bodies.meta_lead(int(path[-1]))
            answers["field_data"][2]["values"] = [f"rosa{path[-1]}@mail.example"]
            return 200, answers

    wire.answers = Slow()
    deliveries.process(claimed)

    assert taken_over == []
    assert Lead.objects.count() == len(numbers)
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("processed", 1)


@pytest.mark.django_db(transaction=True)
def test_worker_whose_delivery_was_taken_over_asks_for_no_more_leads(wire):
    body = json.dumps(bodies.meta_webhook("10003", "10004", "10005")).encode()
    Delivery.objects.create(source=make_source(), body=body, content_type="application/json")
    [claimed] = deliveries.claim_batch()

    class Asleep(dict):
        def get(self, path, default=None):
            pass_by(claimed, deliveries.FETCH_LEASE * 2)
            assert len(deliveries.claim_batch()) == 1
            connections.close_all()
            return 200, bodies.meta_lead(int(path[-1]))

    wire.answers = Asleep()
    deliveries.process(claimed)

    assert len(wire.asked) == 1
    assert (Delivery.objects.get().state, Lead.objects.count()) == ("received", 0)


def test_poll_finds_the_lead_that_no_webhook_told_of_and_only_that(wire):
    source = make_source()
    wire.answers["/10007"] = (200, bodies.meta_lead())
    deliver(source, bodies.meta_webhook("10007"))
    missed = bodies.meta_lead(8)
    missed["field_data"][2]["values"] = ["outra@mail.example"]
    wire.answers["/me/leadgen_forms"] = (200, {"data": [{"id": "3001"}]})
    first = {"data": [bodies.meta_lead()], "paging": {"cursors": {"after": "c1"}, "next": "https://more"}}
    wire.answers["/3001/leads"] = [(200, first), (200, {"data": [missed]})] * 2

    assert reconcile_meta() == 1
    deliveries.process_pending()
    assert reconcile_meta() == 0

    assert set(Lead.objects.values_list("phone", flat=True)) == {"+5511987650007", "+5511987650008"}
    assert wire.asked[3][1]["after"] == "c1"


def test_hubspot_contact_is_fetched_once_for_all_its_events(wire):
    contact = {"firstname": "Rosa", "lastname": "Paz", "mobilephone": "11 98765-0007", "email": None}
    wire.answers["/crm/v3/objects/contacts/501"] = (200, {"id": "501", "properties": contact})

    delivery = deliver(make_source("hubspot"), bodies.hubspot())

    lead = Lead.objects.get()
    assert (lead.name, lead.phone, delivery.state) == ("Rosa Paz", "+5511987650007", "processed")
    assert len(wire.asked) == 1


def test_hubspot_contact_that_is_gone_is_known_by_its_events_and_stops_no_other(wire):
    contact = {"firstname": "Caio", "mobilephone": "11 98765-0009"}
    wire.answers["/crm/v3/objects/contacts/502"] = (200, {"properties": contact})
    created = {"subscriptionType": "contact.creation", "eventId": 9}
    told_nothing = [created | {"objectId": 502}, created | {"objectId": 503}]

    delivery = deliver(make_source("hubspot"), bodies.hubspot() + told_nothing)

    assert delivery.state == "processed"
    assert set(Lead.objects.values_list("name", "email")) == {("", "hugo@mail.example"), ("Caio", "")}
    assert "404" in json.dumps(delivery.understood)


def test_hubspot_that_refuses_the_token_makes_no_lead_of_what_the_events_tell(wire):
    wire.answers["/crm/v3/objects/contacts/501"] = (401, {"message": "expired"})

    delivery = deliver(make_source("hubspot"), bodies.hubspot())

    assert (delivery.state, Lead.objects.count()) == ("dead", 0)
    assert "401" in delivery.error


@pytest.mark.parametrize(
    ("events", "state"), [(bodies.hubspot(), "processed"), (bodies.hubspot()[:1], "dead")]
)
def test_hubspot_source_without_token_says_so_where_the_events_do_not_tell_enough(wire, events, state):
    delivery = deliver(make_source("hubspot", token=""), events)

    assert (delivery.state, wire.asked) == (state, [])
    assert ("access token" in delivery.error) == (state == "dead")


def rosa(number):
    lead = bodies.meta_lead(number)
    lead["field_data"][2]["values"] = [f"rosa{number}@mail.example"]
    return lead


LIMITED = (400, {"error": {"code": 80005, "message": "too many calls"}})


def test_rate_limit_amid_many_leads_keeps_those_before_it_and_goes_on_behind_them(wire):
    wire.answers = {f"/1000{number}": (200, rosa(number)) for number in (3, 5)}
    wire.answers["/10004"] = [LIMITED, LIMITED, (200, rosa(4))]

    delivery = deliver(make_source(), bodies.meta_webhook("10003", "10004", "10005"))
    assert (delivery.state, "too many calls" in delivery.error) == ("failed", True)
    assert [lead.email for lead in delivery.leads.all()] == ["rosa3@mail.example"]
    for _attempt in range(2):
        Delivery.objects.update(next_attempt_at=delivery.received_at)
        deliveries.process_pending()

    delivery.refresh_from_db()
    asked = [path for path, _query, _headers in wire.asked]
    assert asked == ["/10003", "/10004", "/10004", "/10004", "/10005"]
    assert (delivery.state, delivery.error) == ("processed", "")
    assert {lead.email for lead in delivery.leads.all()} == {
        f"rosa{number}@mail.example" for number in (3, 4, 5)
    }
    assert sorted(one["external_id"] for one in delivery.understood) == ["10003", "10004", "10005"]
    assert "is_part" not in json.dumps(delivery.understood)
    assert not Lead.objects.filter(events__kind="edited").exists()
    call_command("check_deliveries")


def test_webhook_given_up_amid_its_leads_keeps_those_it_made_and_a_replay_fetches_the_rest(wire):
    wire.answers = {"/10003": (200, rosa(3)), "/10004": LIMITED}
    delivery = deliver(make_source(), bodies.meta_webhook("10003", "10004"))
    long_ago = delivery.received_at - deliveries.PATIENCE
    Delivery.objects.update(received_at=long_ago, next_attempt_at=long_ago, attempts=deliveries.MAX_ATTEMPTS)
    deliveries.process_pending()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.leads.count()) == ("dead", 1)
    call_command("check_deliveries")

    wire.answers["/10004"] = (200, rosa(4))
    replay_deliveries([delivery.pk])
    deliveries.process_pending()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.leads.count(), Lead.objects.count()) == ("processed", 2, 2)
    assert len(delivery.understood) == 2


def test_replay_of_one_lead_that_is_rate_limited_at_first_still_mends_it(wire):
    source = make_source()
    wire.answers["/10007"] = (200, bodies.meta_lead())
    delivery = deliver(source, bodies.meta_webhook("10007"))
    wire.answers["/10007"] = [LIMITED, (200, bodies.meta_lead())]
    source.mapping = {"name": "lead.field_data.email"}
    source.save()

    replay_deliveries([delivery.pk])
    deliveries.process_pending()
    Delivery.objects.update(next_attempt_at=delivery.received_at)
    deliveries.process_pending()

    assert Delivery.objects.get().state == "processed"
    assert "@" in Lead.objects.get().name


def test_replay_of_several_leads_that_is_rate_limited_at_first_asks_for_all_of_them_again(wire):
    wire.answers = {f"/1000{number}": (200, rosa(number)) for number in (3, 4)}
    delivery = deliver(make_source(), bodies.meta_webhook("10003", "10004"))
    wire.answers["/10003"] = [LIMITED, (200, rosa(3) | {"ad_name": "Vídeo 2"})]

    replay_deliveries([delivery.pk])
    deliveries.process_pending()
    wire.asked.clear()
    Delivery.objects.update(next_attempt_at=delivery.received_at)
    deliveries.process_pending()

    delivery.refresh_from_db()
    assert [path for path, _query, _headers in wire.asked] == ["/10003", "/10004"]
    assert (delivery.state, delivery.error, Lead.objects.count()) == ("processed", "", 2)
    assert [one["attribution"]["ad_name"] for one in delivery.understood] == ["Vídeo 2", "Vídeo 1"]


def test_rate_limited_hubspot_webhook_goes_on_with_the_next_contact(wire):
    def contact(name, phone):
        return (200, {"properties": {"firstname": name, "mobilephone": phone}})

    path = "/crm/v3/objects/contacts/"
    wire.answers[f"{path}501"] = contact("Rosa", "11 98765-0007")
    wire.answers[f"{path}502"] = [(500, {}), contact("Caio", "11 98765-0009")]
    created = {"subscriptionType": "contact.creation", "eventId": 9}

    delivery = deliver(make_source("hubspot"), [created | {"objectId": 501}, created | {"objectId": 502}])
    assert Lead.objects.get().name == "Rosa"
    Delivery.objects.update(next_attempt_at=delivery.received_at)
    deliveries.process_pending()

    assert [path.rpartition("/")[2] for path, _query, _headers in wire.asked] == ["501", "502", "502"]
    assert set(Lead.objects.values_list("name", flat=True)) == {"Rosa", "Caio"}
