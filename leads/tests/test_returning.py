"""Somebody whose lead is won or lost comes again: by the source's setting the lead reopens, or a new one begins."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from leads import deliveries
from leads.actors import SYSTEM
from leads.assignment_ledger import contradictions
from leads.ledger import read_ledger
from leads.models import Absence, Delivery, Lead, LeadIdentity, SeenSubmission, Source, User
from leads.payload import LeadPayload
from leads.services import people
from leads.services.assigning import assign_waiting_leads
from leads.services.intake import receive_lead
from leads.tests.makers import make_circle, make_consultant, make_statuses
from leads.tests.test_deliveries import at_once, process_and_close

PHONE = "+5511987654321"
FIRST = LeadPayload(name="Ana Souza", phone=PHONE, email="ana@mail.example", city="Santos", message="Casa")


def make_source(returning=Source.Returning.NEW_LEAD, slug="page"):
    make_statuses()
    return Source.objects.create(slug=slug, name=slug.title(), secret="s", returning=returning)


def receive(source, payload, **over):
    return receive_lead(payload=payload, source=source, actor=SYSTEM, **over)


def closed_lead(source, status="lost"):
    lead = receive(source, FIRST).lead
    Lead.objects.filter(pk=lead.pk).update(status_id=status, closed_at=timezone.now())
    return lead


def holders():
    return set(LeadIdentity.objects.values_list("lead", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["won", "lost"])
def test_source_that_reopens_puts_the_same_lead_back_on_the_board(status):
    source = make_source(Source.Returning.REOPEN)
    lead = closed_lead(source, status)

    received = receive(source, LeadPayload(phone=PHONE, message="De novo"))

    assert (received.lead, received.is_new) == (lead, False)
    assert Lead.objects.get().status_id == "new"


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["won", "lost"])
def test_source_that_wants_new_leads_makes_one_and_leaves_the_closed_one_as_it_was(status):
    source = make_source()
    old = closed_lead(source, status)

    received = receive(source, LeadPayload(phone=PHONE, message="De novo", product="Loft"))

    assert received.is_new
    new = received.lead
    assert (new.status_id, new.message, new.product) == ("new", "De novo", "Loft")
    old.refresh_from_db()
    assert (old.status_id, old.message) == (status, "Casa")
    assert new.events.get(kind="received").data["formerly"] == str(old.pk)
    assert old.events.get(kind="returned").data["as_new_lead"] == str(new.pk)


@pytest.mark.django_db
def test_new_lead_of_a_known_person_has_the_identities_and_what_stays_true_of_the_person():
    source = make_source()
    closed_lead(source)

    new = receive(source, LeadPayload(phone=PHONE, message="De novo")).lead

    assert (new.name, new.email, new.city, new.message) == (
        "Ana Souza",
        "ana@mail.example",
        "Santos",
        "De novo",
    )
    assert holders() == {new.pk}
    assert receive(source, LeadPayload(email="ANA@mail.example", message="Oi")).lead == new


@pytest.mark.django_db
@pytest.mark.parametrize(("returning", "is_new"), [("", False), ("reopen", False), ("new_lead", True)])
def test_lead_that_comes_from_no_source_comes_back_as_the_caller_says(returning, is_new):
    old = closed_lead(make_source())

    received = receive(None, LeadPayload(phone=PHONE, message="De novo"), returning=returning)

    assert (received.is_new, received.lead != old) == (is_new, is_new)


@pytest.mark.django_db
def test_open_lead_is_enriched_whatever_the_setting_says():
    source = make_source()
    lead = receive(source, FIRST).lead

    received = receive(source, LeadPayload(phone=PHONE, product="Loft"))

    assert (received.lead, received.is_new, received.lead.product) == (lead, False, "Loft")


@pytest.mark.django_db
def test_new_lead_goes_to_the_former_consultant_without_turning_the_circle():
    source, former, other = make_source(), make_consultant("former"), make_consultant("other")
    circle = make_circle(former, other)
    closed_lead(source)
    circle.refresh_from_db()
    before = circle.pointer

    new = receive(source, LeadPayload(phone=PHONE)).lead

    circle.refresh_from_db()
    assert (new.consultant, circle.pointer) == (former, before)
    assert "who had this person before" in new.assignments.get().reason


@pytest.mark.django_db
def test_new_lead_goes_to_the_next_where_the_former_consultant_takes_none():
    source, former, other = make_source(), make_consultant("former"), make_consultant("other")
    make_circle(former, other)
    closed_lead(source)
    former.is_accepting_leads = False
    former.save()

    assert receive(source, LeadPayload(phone=PHONE)).lead.consultant == other


def leave_for_weeks(consultant):
    since = timezone.now() - timedelta(days=1)
    Absence.objects.create(consultant=consultant, starts_at=since, ends_at=since + timedelta(days=20))


def deactivate(consultant):
    User.objects.filter(pk=consultant.pk).update(is_active=False)


@pytest.mark.django_db
@pytest.mark.parametrize("returns_to_owner", [True, False])
@pytest.mark.parametrize("stop", [leave_for_weeks, deactivate])
def test_reopened_lead_whose_consultant_can_not_go_on_waits_in_the_queue(stop, returns_to_owner):
    source, owner = make_source(Source.Returning.REOPEN), make_consultant("owner")
    make_circle(owner, returns_to_owner=returns_to_owner)
    lead = closed_lead(source)
    stop(owner)

    receive(source, LeadPayload(phone=PHONE, message="De novo"))

    assert Lead.objects.awaiting_consultant().get() == lead
    lead.refresh_from_db()
    assert (lead.consultant, lead.alert_at is not None) == (None, True)
    told = lead.events.filter(kind="assigned").order_by("-pk")[0].data
    assert (told["outcome"], told["previous"]) == ("no_consultants_available", "owner")
    assert list(contradictions()) == []


@pytest.mark.django_db
def test_reopened_lead_that_waits_goes_to_whoever_comes_first():
    source, owner, other = make_source(Source.Returning.REOPEN), *map(make_consultant, ("owner", "other"))
    make_circle(owner, other)
    closed_lead(source)
    deactivate(owner)
    people.set_accepting(other.user, False)
    receive(source, LeadPayload(phone=PHONE))
    people.set_accepting(other.user, True)

    assert assign_waiting_leads() == 1
    assert Lead.objects.get().consultant == other


@pytest.mark.django_db
def test_setting_is_that_of_the_source_they_come_back_through():
    reopens, renews = make_source(Source.Returning.REOPEN, "reopens"), make_source(slug="renews")
    old = closed_lead(reopens)

    new = receive(renews, LeadPayload(phone=PHONE)).lead
    assert new != old

    Lead.objects.filter(pk=new.pk).update(status_id="won", closed_at=timezone.now())
    assert receive(reopens, LeadPayload(phone=PHONE)).lead == new


@pytest.mark.django_db
def test_submission_that_made_the_new_lead_comes_twice_and_makes_no_third():
    source = make_source()
    closed_lead(source)
    again = LeadPayload(phone=PHONE, external_id="form-2")

    new = receive(source, again).lead
    Lead.objects.filter(pk=new.pk).update(status_id="lost")
    repeated = receive(source, again)

    assert (repeated.lead, repeated.is_repeat) == (new, True)
    assert SeenSubmission.objects.get(key="form-2").lead == new


def deliver(source, body):
    raw = json.dumps(body).encode()
    return Delivery.objects.create(source=source, body=raw, content_type="application/json")


@pytest.mark.django_db
def test_delivery_of_a_returning_person_is_processed_and_sticks_to_the_consultant():
    source, former = make_source(), make_consultant("former")
    make_circle(former, make_consultant("other"))
    old = closed_lead(source)
    delivery = deliver(source, {"telefone": PHONE, "mensagem": "De novo"})

    deliveries.process_pending()

    delivery.refresh_from_db()
    new = delivery.leads.get()
    assert (delivery.state, new.consultant) == ("processed", former)
    assert new != old
    assert not read_ledger().faults


@pytest.mark.django_db(transaction=True)
def test_twenty_deliveries_of_one_returning_person_make_one_new_lead():
    source = make_source()
    old = closed_lead(source)
    for number in range(20):
        delivery = deliver(source, {"name": "Ana", "phone": PHONE, "message": f"Nr {number}"})
        Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now() - timedelta(minutes=1))

    at_once(lambda _number: process_and_close(), 5)

    states = sorted(Delivery.objects.values_list("state", flat=True))
    assert states == ["duplicate"] * 19 + ["processed"]
    assert Lead.objects.exclude(pk=old.pk).count() == 1
    assert holders() == {Lead.objects.exclude(pk=old.pk).get().pk}
