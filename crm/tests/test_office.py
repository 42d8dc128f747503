"""A fresh production database becomes an office where a lead finds somebody."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from crm.office import set_up
from leads import deliveries
from leads.actors import SYSTEM
from leads.models import AssignmentRule, Delivery, Lead, Source, Status
from leads.models.people import MANAGERS_GROUP
from leads.payload import LeadPayload
from leads.services.intake import receive_lead
from leads.tests.makers import make_consultant, make_manager, make_user

pytestmark = pytest.mark.django_db


def receive():
    payload = LeadPayload(name="Rosa", phone="+5511987654321")
    return receive_lead(payload=payload, source=None, actor=SYSTEM).lead


def test_set_up_of_an_empty_database_gives_the_first_lead_to_a_consultant(capsys):
    ana = make_consultant("ana")
    call_command("set_up")

    assert receive().consultant == ana
    assert "Made statuses" in capsys.readouterr().out


def test_set_up_gives_the_managers_their_rights():
    set_up()
    manager = make_user("marina", is_staff=True)
    manager.groups.add(Group.objects.get(name=MANAGERS_GROUP))

    assert manager.is_manager
    assert manager.has_perm("leads.change_assignmentrule")


def test_set_up_once_more_leaves_an_office_as_it_made_itself():
    set_up()
    Status.objects.filter(slug="visit").delete()
    AssignmentRule.objects.update(name="Salon")
    Group.objects.get(name=MANAGERS_GROUP).permissions.clear()
    make_consultant("late")

    assert set_up() == []
    assert not Status.objects.filter(slug="visit").exists()
    assert AssignmentRule.objects.get().name == "Salon"
    assert not AssignmentRule.objects.get().members.exists()
    assert not Group.objects.get().permissions.exists()


def test_rule_without_seats_says_on_its_page_that_nobody_gets_a_lead(client: Client):
    set_up()
    client.force_login(make_manager())
    address = f"/admin/leads/assignmentrule/{AssignmentRule.objects.get().pk}/change/"

    assert "Nobody sits in this circle" in client.get(address).content.decode()


def test_delivery_before_there_is_a_status_waits_and_becomes_a_lead_after_set_up():
    source = Source.objects.create(slug="site", name="Site", kind="generic", secret="s")
    body = b'{"name": "Rosa", "phone": "+5511987654321"}'
    delivery = Delivery.objects.create(source=source, body=body, content_type="application/json")
    deliveries.process(deliveries.claim_batch()[0])
    delivery.refresh_from_db()

    assert delivery.state == Delivery.State.FAILED
    assert delivery.error == "There is no open status: add one in the admin."
    assert delivery.next_attempt_at

    set_up()
    deliveries.owe_again(Delivery.objects.all())
    deliveries.process_pending()
    assert Lead.objects.get().name == "Rosa"
