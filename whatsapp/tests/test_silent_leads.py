"""What a client says of messages decides whether a first reply is awaited of whoever has their lead."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from leads.models import Lead, LeadIdentity
from leads.tests.makers import make_lead
from whatsapp import following
from whatsapp.models import ConsentEvent
from whatsapp.payloads import InboundMessage
from whatsapp.services import record_inbound
from whatsapp.tests.makers import inbound_form, make_line

pytestmark = pytest.mark.django_db
PHONE = "+5511987654321"


@pytest.fixture
def line():
    return make_line()


def lead_of_the_client() -> Lead:
    lead = make_lead(phone=PHONE)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=PHONE, shown=PHONE)
    return lead


def write(line, text: str) -> None:
    record_inbound(line, InboundMessage.parse(inbound_form(text, To=line.address)))


def is_silent(lead: Lead) -> bool:
    return Lead.objects.get(pk=lead.pk).opted_out_at is not None


def test_lead_knows_that_its_client_opted_out_and_in_again(line):
    lead = lead_of_the_client()
    write(line, "PARAR")
    assert is_silent(lead)
    write(line, "VOLTAR")
    assert not is_silent(lead)


def test_client_who_opted_out_before_being_a_lead_is_known_to_want_no_messages(line):
    write(line, "Oi")
    write(line, "PARAR")
    lead = lead_of_the_client()
    following.claim_conversations(lead.pk)
    assert is_silent(lead)


def test_client_who_said_nothing_of_it_is_awaited(line):
    write(line, "Oi")
    lead = lead_of_the_client()
    following.claim_conversations(lead.pk)
    assert not is_silent(lead)


def test_lead_whose_client_opted_out_before_leads_knew_is_told_by_the_ledger(line):
    lead, agreed = lead_of_the_client(), make_lead(phone="+5511987650000")
    LeadIdentity.objects.create(lead=agreed, kind="phone", key=agreed.phone, shown=agreed.phone)
    for text in ("PARAR", "VOLTAR"):
        record_inbound(
            line, InboundMessage.parse(inbound_form(text, To=line.address, From=f"whatsapp:{agreed.phone}"))
        )
    write(line, "PARAR")
    said_at = timezone.now() - timedelta(days=90)
    ConsentEvent.objects.filter(client_key=PHONE).update(created_at=said_at)
    Lead.objects.update(opted_out_at=None, reply_due_at=timezone.now())

    with connection.cursor() as cursor:
        cursor.execute(import_module("whatsapp.migrations.0014_tell_leads_of_earlier_opt_outs").TELL_LEADS)

    lead.refresh_from_db()
    agreed.refresh_from_db()
    assert (lead.opted_out_at, lead.reply_due_at) == (said_at, None)
    assert agreed.opted_out_at is None
    assert agreed.reply_due_at is not None
