"""What is stored as facts stands on the admin's pages in the reader's words."""

import pytest

from leads.models import LeadEvent, User
from leads.services.editing import EDITABLE
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager
from leads.tests.test_admin_assignment import give

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(make_manager("marina"))
    return client


def page_of(desk, lead):
    return desk.get(f"/admin/leads/lead/{lead.pk}/change/")


def test_lead_page_tells_facts_line_by_line(desk):
    lead = make_lead(
        classification={"source": "rules", "reasons": [{"code": "phone", "text": "stored words"}]},
        slots={"budget": {"value": 500000, "quote": "até 500 mil"}},
        attribution={"utm_source": "google"},
    )
    LeadEvent.objects.create(lead=lead, kind="received", data={"source": "<Site>"})
    LeadEvent.objects.create(lead=lead, kind="classified", data={"reasons": lead.classification["reasons"]})
    text = page_of(desk, lead).content.decode()

    assert "<li>Has a valid phone</li>" in text
    assert "<li><strong>Budget:</strong> 500,000 (“até 500 mil”)</li>" in text
    assert "<li><strong>Utm source:</strong> google</li>" in text
    assert "<li><strong>Source:</strong> &lt;Site&gt;</li>" in text
    assert "<li><strong>Reasons:</strong> Has a valid phone</li>" in text
    assert "stored words" not in text


def test_lead_page_begins_with_who_it_is_and_takes_every_fact_that_may_be_edited(desk):
    form = page_of(desk, make_lead()).context["adminform"]

    assert form.fieldsets[0][1]["fields"] == ["name", "phone", "email", "status", "consultant"]
    assert set(form.form.fields) == EDITABLE


@pytest.mark.parametrize(
    "address",
    [
        "/admin/leads/assignment/",
        "/admin/leads/assignment/{decision}/change/",
        "/admin/leads/lead/{lead}/change/",
    ],
)
def test_decision_is_told_in_the_readers_language(desk, address):
    User.objects.filter(username="marina").update(language="pt-br")
    make_circle(make_consultant("bia", is_accepting_leads=False), make_consultant("ana"))
    lead = make_lead()
    decision = give(lead)
    address = address.format(lead=lead.pk, decision=decision.pk)
    text = desk.get(address, headers={"accept-language": "pt-br"}).content.decode()

    assert "Entregue a ana, a vez em “Everyone”" in text
    assert "bia (não está aceitando leads)" in text
    assert "not_accepting" not in text
    assert "Round robin" not in text


def test_decisions_page_names_who_was_passed_over_and_in_which_circle(desk):
    resting = make_consultant("bia", is_accepting_leads=False)
    make_circle(resting, name="First", fallback="next_rule")
    make_circle(make_consultant("ana"), name="Second", position=1)
    text = desk.get(f"/admin/leads/assignment/{give(make_lead()).pk}/change/").content.decode()

    assert "<li><strong>bia – First:</strong> not accepting leads</li>" in text
    assert "{consultant, why" not in text
