"""Consent of a lead's form and consent of a WhatsApp message, in one ledger."""

import pytest

from leads.actors import SYSTEM
from leads.models import Lead
from leads.payload import LeadPayload
from leads.services.intake import receive_lead
from leads.tests.makers import make_statuses
from whatsapp import consent, form_consent
from whatsapp.models import ConsentEvent, Conversation
from whatsapp.sweeps import record_consents
from whatsapp.tests.makers import make_conversation

pytestmark = pytest.mark.django_db
PHONE = "+5511987654321"
BOXES = {
    "lgpd": {"given": True, "text": "Aceito receber mensagens no WhatsApp"},
    "newsletter": {"given": False, "text": "Quero novidades"},
}


def receive(consent=BOXES, **facts) -> Lead:
    make_statuses()
    payload = LeadPayload(**{"name": "Ana", "phone": PHONE} | facts, consent=consent)
    return receive_lead(payload=payload, source=None, actor=SYSTEM).lead


def ledger() -> list[tuple[str, str, str]]:
    rows = ConsentEvent.objects.order_by("id").values_list("client_key", "kind", "subject")
    return list(rows)


def test_form_of_a_new_lead_is_in_the_ledger_with_its_words(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        lead = receive()

    assert ledger() == [(PHONE, "given", "lgpd"), (PHONE, "not_given", "newsletter")]
    said = ConsentEvent.objects.get(subject="lgpd")
    assert said.evidence == "Aceito receber mensagens no WhatsApp"
    assert said.lead_event == lead.events.get(kind="consent")
    assert said.created_at == said.lead_event.created_at


def test_form_of_somebody_who_is_known_is_added(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        receive()
        receive({"lgpd": {"given": False, "text": "Aceito"}})

    assert ledger()[-1] == (PHONE, "not_given", "lgpd")
    assert ConsentEvent.objects.count() == 3


def test_record_forms_twice_changes_nothing():
    lead = receive()
    for _ in range(2):
        form_consent.record_forms(lead.pk)

    assert ConsentEvent.objects.count() == 2


def test_record_consents_finds_a_form_that_nobody_heard_of():
    receive()

    record_consents()
    record_consents()

    assert ConsentEvent.objects.count() == 2


def test_form_without_a_phone_enters_the_ledger_with_the_phone(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        receive(phone=None, email="ana@example.com")
        assert ledger() == []
        receive({}, email="ana@example.com")

    assert {key for key, _, _ in ledger()} == {PHONE}


def test_words_on_whatsapp_are_not_taken_for_a_form(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        lead = receive({})
        make_conversation()
        make_conversation(body="PARAR")
        form_consent.record_forms(lead.pk)

    assert [kind for _, kind, _ in ledger()] == ["opt_out"]


def test_form_neither_lifts_a_block_nor_makes_one(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make_conversation(body="SAIR")
        receive()
    assert consent.is_opted_out(PHONE)
    assert Conversation.objects.get().is_opted_out

    with django_capture_on_commit_callbacks(execute=True):
        make_conversation(body="VOLTAR")
        receive({"lgpd": {"given": False, "text": "Aceito"}})
    assert not consent.is_opted_out(PHONE)
    assert not Conversation.objects.get().is_opted_out
