"""Once more with a reading that finds less: leads and ledger stay, the reason is said, and it can be mended."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from leads import deliveries
from leads.models import Delivery, Lead, Source
from leads.payload import LeadPayload
from leads.services.manual import add_lead
from leads.services.merging import merge_leads
from leads.services.replaying import replay_deliveries
from leads.tests import bodies
from leads.tests.makers import make_statuses

pytestmark = pytest.mark.django_db

FORM = {"quem": "Ana Souza", "zap": "11987654321"}
WORSE = {"phone": "quem", "city": "zap"}  # a name where the phone should be, and the phone promised away


@pytest.fixture
def source():
    make_statuses()
    return Source.objects.create(slug="page", name="Page", secret="s")


def store(source, body):
    raw = json.dumps(body).encode()
    return Delivery.objects.create(source=source, body=raw, content_type="application/json")


def process():
    deliveries.process_pending()
    return list(Delivery.objects.order_by("received_at").values_list("state", flat=True))


def replay():
    replay_deliveries(Delivery.objects.values_list("pk", flat=True))
    return process()


def test_replay_with_a_worse_mapping_keeps_the_state_and_says_what_was_missing(source):
    store(source, FORM)
    store(source, FORM)
    assert process() == ["processed", "duplicate"]
    understood = list(Delivery.objects.values_list("understood", flat=True))
    Source.objects.update(mapping=WORSE)

    assert replay() == ["processed", "duplicate"]

    call_command("check_deliveries")
    assert all("No phone" in error for error in Delivery.objects.values_list("error", flat=True))
    assert list(Delivery.objects.values_list("understood", flat=True)) == understood
    assert (Lead.objects.get().phone, Lead.objects.get().deliveries.count()) == ("+5511987654321", 2)


def test_replay_of_what_came_after_a_person_had_added_the_lead_is_still_a_duplicate(source, manager):
    add_lead(user=manager, payload=LeadPayload(name="Ana Souza", phone="+5511987654321"))
    store(source, FORM)
    assert process() == ["duplicate"]

    assert replay() == ["duplicate"]
    call_command("check_deliveries")


def test_replay_of_the_later_of_two_that_was_read_first_still_made_the_lead(source):
    earlier, later = store(source, FORM), store(source, FORM)
    Delivery.objects.filter(pk=earlier.pk).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    assert process() == ["received", "processed"]
    Delivery.objects.filter(pk=earlier.pk).update(next_attempt_at=timezone.now())
    assert process() == ["duplicate", "processed"]

    replay_deliveries([later.pk])

    assert process() == ["duplicate", "processed"]
    call_command("check_deliveries")


def test_mapping_that_is_mended_afterwards_mends_the_lead(source):
    store(source, FORM | {"nome": "Ficha 7"})
    process()
    Source.objects.update(mapping=WORSE)
    replay()
    Source.objects.update(mapping={"name": "quem", "phone": "zap"})

    assert replay() == ["processed"]

    call_command("check_deliveries")
    assert Lead.objects.get().name == "Ana Souza"
    assert Delivery.objects.get().error == ""


@pytest.mark.parametrize(("kind", "why"), [("typeform", "no form response"), ("tally", "no `data`")])
def test_replay_as_another_kind_that_reads_nothing_keeps_the_state(source, kind, why):
    store(source, FORM)
    process()
    Source.objects.update(kind=kind)

    assert replay() == ["processed"]

    call_command("check_deliveries")
    assert why in Delivery.objects.get().error


def test_rejected_delivery_without_a_lead_stays_rejected_when_it_is_replayed(source):
    store(source, {"hello": "world"})
    assert process() == ["rejected"]

    assert replay() == ["rejected"]
    call_command("check_deliveries")


def test_replay_that_finds_one_of_two_people_keeps_both_leads(source):
    ana, rosa = {"name": "Ana", "phone": "11987654321"}, {"name": "Rosa", "phone": "11987650007"}
    store(source, [ana, rosa])
    process()
    assert Lead.objects.count() == 2
    Delivery.objects.update(body=json.dumps([ana, {"name": "Rosa", "phone": "none"}]).encode())

    assert replay() == ["processed"]

    call_command("check_deliveries")
    assert Delivery.objects.get().leads.count() == 2


def test_rejection_by_a_worker_that_lost_its_claim_stops_nobody_elses_delivery(source):
    source.kind = "typeform"
    source.save()
    late_one = store(source, FORM)
    [late] = deliveries.claim_batch()
    Delivery.objects.filter(pk=late_one.pk).update(attempts=late.attempts + 1)

    deliveries.process(late)

    assert Delivery.objects.get().state == "received"


TWO_PHONES = {"name": "Rosa Paz", "c3": "11987654321", "c8": "11987650007"}


@pytest.fixture
def contested(source):
    """A delivery that made a lead of one phone is read anew, and gives the phone of another lead."""
    store(source, FORM)
    process()
    source.mapping = {"name": "name", "phone": "c8"}
    source.save()
    delivery = store(source, TWO_PHONES)
    assert process() == ["processed", "processed"]
    Source.objects.update(mapping={"name": "name", "phone": "c3"})
    replay_deliveries([delivery.pk])
    return delivery


def test_mended_contact_of_another_lead_leaves_the_one_that_was_made_and_tells_both(contested):
    assert process() == ["processed", "processed"]

    call_command("check_deliveries")
    contested.refresh_from_db()
    known, made = Lead.objects.order_by("created_at")
    assert "another lead" in contested.error
    assert set(contested.leads.all()) == {known, made}
    assert (known.phone, made.phone) == ("+5511987654321", "+5511987650007")
    assert known.name in made.events.get(kind="note").data["text"]
    assert made.name in known.events.get(kind="note").data["text"]
    assert known.events.filter(kind="returned").count() == 1


def test_contested_delivery_replayed_again_tells_nobody_twice_and_can_still_be_mended(contested):
    process()
    assert replay() == ["processed", "processed"]
    assert [lead.events.filter(kind="note").count() for lead in Lead.objects.all()] == [1, 1]

    Delivery.objects.filter(pk=contested.pk).update(
        body=json.dumps(TWO_PHONES | {"c3": "11987650009"}).encode()
    )
    replay_deliveries([contested.pk])
    assert process() == ["processed", "processed"]

    call_command("check_deliveries")
    phones = {"+5511987654321", "+5511987650009"}
    assert set(Lead.objects.values_list("phone", flat=True)) == phones
    assert Delivery.objects.get(pk=contested.pk).error == ""


def test_leads_of_a_contested_delivery_can_be_merged_and_the_ledger_holds(contested, manager):
    process()
    known, made = Lead.objects.order_by("created_at")

    merge_leads(user=manager, keep_id=known.pk, other_id=made.pk)

    call_command("check_deliveries")
    assert replay() == ["processed", "processed"]
    call_command("check_deliveries")


def test_worker_of_before_a_replay_writes_nothing_over_who_has_it_now(source):
    store(source, FORM)
    [late] = deliveries.claim_batch()
    Delivery.objects.update(state="processed")
    replay_deliveries([late.pk])
    [owner] = deliveries.claim_batch()
    assert owner.attempts == late.attempts

    deliveries.process(late)

    assert (Delivery.objects.get().state, Lead.objects.count()) == ("received", 0)


def test_vendors_own_body_replayed_as_it_was_changes_nothing(source):
    Source.objects.update(kind="tally")
    store(source, bodies.tally())
    process()
    before = Lead.objects.values().get()

    assert replay() == ["processed"]

    after = Lead.objects.values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"version", "updated_at"}


def test_mapping_mended_afterwards_mends_each_lead_of_a_delivery_of_several(source):
    ana, bia = {"name": "Ana Souza", "phone": "11987654321"}, {"name": "Bia Reis", "phone": "11987654322"}
    store(source, [one | {"apelido": f"Dona {one['name']}", "code": "x"} for one in (ana, bia)])
    assert process() == ["processed"]
    Source.objects.update(mapping={"name": "apelido", "product": "code"})
    Lead.objects.filter(phone="+5511987654322").update(product="Sobrado")  # what a person wrote since stays

    assert replay() == ["processed"]

    facts = Lead.objects.order_by("phone").values_list("name", "product")
    assert list(facts) == [("Dona Ana Souza", "x"), ("Dona Bia Reis", "Sobrado")]
    call_command("check_deliveries")


def test_contacts_mended_of_several_people_make_no_more_leads(source):
    ana, bia = {"name": "Ana", "phone": "11987654321"}, {"name": "Bia", "phone": "11987654322"}
    store(source, [ana | {"cel2": "11987650001"}, bia | {"cel2": "11987650002"}])
    process()
    Source.objects.update(mapping={"phone": "cel2"})

    assert replay() == ["processed"]

    facts = Lead.objects.order_by("phone").values_list("name", "phone")
    assert list(facts) == [("Ana", "+5511987650001"), ("Bia", "+5511987650002")]
    call_command("check_deliveries")
