"""Correcting facts, and who the lead is known as afterwards."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import pytest
from django.db import transaction

from leads.actors import SYSTEM
from leads.claims import claim_identities
from leads.errors import ConflictError
from leads.identity import email_identities
from leads.models import Lead
from leads.payload import LeadPayload
from leads.services.editing import edit_lead
from leads.services.intake import receive_lead
from leads.services.merging import merge_leads
from leads.tests.locks import in_own_connection, wait_for_lock_waiters
from leads.tests.makers import make_manager, make_statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    make_statuses()
    return make_manager()


def receive(**facts):
    return receive_lead(payload=LeadPayload(**facts), source=None, actor=SYSTEM)


def phones(lead):
    return sorted(lead.identities.filter(kind="phone").values_list("key", flat=True))


def test_edit_lead_with_another_phone_keeps_the_numbers_gained_by_a_merge(manager):
    keep = receive(name="Ana", phone="+5511987650001").lead
    other = receive(name="Ana", phone="+5511987650002").lead
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)

    edit_lead(user=manager, lead_id=keep.pk, changes={"phone": "+5511987650003"})

    assert phones(keep) == ["+5511987650002", "+5511987650003"]
    assert receive(phone="+5511987650002").lead == keep


def test_edit_lead_to_a_phone_it_is_known_by_already_keeps_it_once(manager):
    keep = receive(name="Ana", phone="+5511987650001").lead
    other = receive(name="Ana", phone="+5511987650002").lead
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)

    edit_lead(user=manager, lead_id=keep.pk, changes={"phone": "+5511987650002"})

    assert phones(keep) == ["+5511987650002"]


def test_edit_lead_with_the_email_of_another_that_it_shows_already_is_no_conflict(manager):
    receive(name="Bia", email="bia@mail.example")
    lead = receive(name="Ana", phone="+5511987650001").lead
    receive(phone="+5511987650001", email="bia@mail.example")

    edit_lead(user=manager, lead_id=lead.pk, changes={"name": "Ana Paz", "email": "bia@mail.example"})

    lead.refresh_from_db()
    assert (lead.name, lead.email) == ("Ana Paz", "bia@mail.example")
    assert not lead.identities.filter(kind="email").exists()


def test_edit_lead_without_phone_forgets_the_former_number(manager):
    lead = receive(name="Ana", phone="+5511987650001", email="a@mail.example").lead

    edit_lead(user=manager, lead_id=lead.pk, changes={"phone": None})

    assert phones(lead) == []
    assert receive(phone="+5511987650001").is_new


def test_edit_lead_to_the_phone_of_another_lead_is_a_conflict(manager):
    lead = receive(name="Ana", phone="+5511987650001").lead
    receive(name="Bia", phone="+5511987650002")

    with pytest.raises(ConflictError):
        edit_lead(user=manager, lead_id=lead.pk, changes={"phone": "+5511987650002"})


@pytest.mark.django_db(transaction=True)
def test_edit_lead_with_another_phone_locks_the_identities_before_the_lead(manager):
    lead = receive(name="Ana", phone="+5511987650001").lead
    changes = {"phone": "+5511987650003"}

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lead.identities.select_for_update().get()
            editing = pool.submit(
                in_own_connection, edit_lead, user=manager, lead_id=lead.pk, changes=changes
            )
            wait_for_lock_waiters(1)
            Lead.objects.select_for_update(nowait=True).get(pk=lead.pk)
        editing.result()

    assert phones(lead) == ["+5511987650003"]


@pytest.mark.django_db(transaction=True)
def test_edit_lead_waits_for_a_new_email_without_holding_the_phone_that_comes_behind_it(manager):
    lead = receive(name="Ana", phone="+5511987650001").lead
    [email] = email_identities("ana@mail.example")

    with ThreadPoolExecutor(1) as pool:
        with suppress(ZeroDivisionError), transaction.atomic():
            claim_identities([email], uuid4())
            editing = pool.submit(
                in_own_connection, edit_lead, user=manager, lead_id=lead.pk, changes={"email": email.shown}
            )
            wait_for_lock_waiters(1)
            # What a delivery of both would ask for next
            lead.identities.select_for_update(nowait=True).get()
            raise ZeroDivisionError  # the lead that claimed the e-mail never comes to be
        editing.result()

    assert set(lead.identities.values_list("key", flat=True)) == {"+5511987650001", "ana@mail.example"}


def test_edit_lead_to_a_contact_of_another_lead_leaves_it_what_it_had(manager):
    lead = receive(name="Ana", phone="+5511987650001", email="a@mail.example").lead
    receive(name="Bia", phone="+5511987650002")

    with pytest.raises(ConflictError):
        edit_lead(
            user=manager, lead_id=lead.pk, changes={"email": "b@mail.example", "phone": "+5511987650002"}
        )

    assert set(lead.identities.values_list("key", flat=True)) == {"+5511987650001", "a@mail.example"}
