"""What somebody wrote in a form, or whoever brought them noted, stands before the conversation."""

import re

import pytest
from django.test import Client

from leads.actors import SYSTEM, person
from leads.models import Consultant, Lead, LeadEvent, Source
from leads.payload import LeadPayload
from leads.services.intake import receive_lead
from leads.services.manual import add_lead
from leads.tests.makers import make_consultant, make_statuses
from whatsapp.models import Conversation
from whatsapp.tests.makers import make_conversation, make_line, make_template

pytestmark = pytest.mark.django_db
PHONE = "+5511987654321"


@pytest.fixture
def ana() -> Consultant:
    make_statuses()
    return make_consultant("ana")


@pytest.fixture
def desk(client: Client, ana: Consultant) -> Client:
    client.force_login(ana.user)
    return client


@pytest.fixture
def site(db: None) -> Source:
    return Source.objects.create(slug="site", name="Site")


def send_form(source: Source | None, message: str, to: Consultant) -> Lead:
    payload = LeadPayload(name="Rita Alves", phone=PHONE, message=message)
    lead = receive_lead(payload=payload, source=source, actor=SYSTEM, assign=False).lead
    Lead.objects.filter(pk=lead.pk).update(consultant=to)
    return lead


def said(desk: Client, lead: Lead) -> list[str]:
    """What stands in the conversation, as somebody reads it from above."""
    html = desk.get(f"/leads/{lead.pk}/").content.decode()
    talk = html.partition('id="panel-chat"')[2].partition("<template")[0]
    return re.findall(r'<p class="bubble">([^<]+)</p>', talk)


def test_words_of_a_form_are_the_first_of_a_conversation_that_nobody_began(desk, ana, site):
    make_line()
    make_template()
    lead = send_form(site, "Quero visitar <hoje>", ana)

    html = desk.get(f"/leads/{lead.pk}/").content.decode()

    assert said(desk, lead) == ["Quero visitar &lt;hoje&gt;"]
    assert "Rita Alves · Site" in html
    assert "Nobody has written on WhatsApp yet." in html
    assert html.index("Quero visitar") < html.index("Write first, from the line Agent")


def test_words_of_several_forms_stand_in_their_order_before_what_was_written_on_whatsapp(desk, ana, site):
    lead = send_form(site, "Quero visitar hoje", ana)
    send_form(site, "Ainda quero visitar", ana)
    conversation = make_conversation(body="Oi")
    Conversation.objects.filter(pk=conversation.pk).update(lead=lead)
    send_form(site, "Desisti do formulário", ana)

    # The third came while they were writing already: the timeline alone has it
    assert said(desk, lead) == ["Quero visitar hoje", "Ainda quero visitar", "Oi"]


def test_words_that_were_corrected_since_are_shown_as_they_are_now(desk, ana, site):
    lead = send_form(site, "utm=abc", ana)
    Lead.objects.filter(pk=lead.pk).update(message="Quero visitar hoje")

    assert said(desk, lead) == ["Quero visitar hoje"]


def test_words_that_came_by_whatsapp_stand_in_the_conversation_alone(desk, ana):
    lead = send_form(None, "Oi", ana)
    assert said(desk, lead) == []
    assert "Nobody has written yet." in desk.get(f"/leads/{lead.pk}/").content.decode()


def test_words_of_whoever_brought_the_lead_are_said_to_be_theirs(desk, ana):
    payload = LeadPayload(name="Rita Alves", phone=PHONE, message="Prefers the mornings")
    lead = add_lead(user=ana.user, payload=payload).lead

    assert said(desk, lead) == ["Prefers the mornings"]
    assert "Noted by ana" in desk.get(f"/leads/{lead.pk}/").content.decode()


def test_timeline_tells_the_words_that_came_each_time(desk, ana, site):
    lead = send_form(site, "Quero visitar hoje", ana)
    receive_lead(
        payload=LeadPayload(phone=PHONE, message="E amanhã?"),
        source=site,
        actor=person(ana.user),
        assign=False,
    )

    html = desk.get(f"/leads/{lead.pk}/?tab=timeline").content.decode().partition('id="panel-timeline"')[2]

    assert re.findall(r'<span>([^<]+)</span><p class="note">([^<]+)</p>', html) == [
        ("Came again through Site", "E amanhã?"),
        ("Came in through Site", "Quero visitar hoje"),
    ]
    assert 'class="note"' not in html.partition('id="panel-notes"')[2].partition('id="panel-details"')[0]


def test_timeline_of_the_api_has_the_words_too(desk, ana, site):
    lead = send_form(site, "Quero visitar hoje", ana)
    event = LeadEvent.objects.get(lead=lead, kind=LeadEvent.Kind.RECEIVED)
    entries = desk.get(f"/api/leads/{lead.pk}/timeline/").json()["results"]

    assert [one["data"]["message"] for one in entries if one["id"] == f"event-{event.pk}"] == [
        "Quero visitar hoje"
    ]
