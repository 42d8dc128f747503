"""What is stored as facts stands on the admin's pages in the reader's words."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Assignment, Delivery, LeadEvent, Notice, Source, User
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


def test_event_tells_codes_in_words_and_leaves_out_what_is_for_the_program(desk):
    lead = make_lead()
    facts = {
        "handoff": {"stage": "needs_human", "reason": "asked_human", "sentiment": "angry",
                    "summary": "needs_human (asked_human) · goal: buy"},
        "classified": {"source": "rules", "temperature": "warm", "rules_score": 40},
        "moved": {"came_from": "new", "to": "won"},
        "consent": {"consent": {"whatsapp": "opt_out", "marketing": {"given": True, "text": "News"}}},
        "edited": {"changes": {"city": ["", "Recife"]}},
        "merged": {"other": str(lead.pk), "other_name": "Bia", "moved": {"m": [1]}, "other_was": {"x": 1}},
    }  # fmt: skip
    for kind, data in facts.items():
        LeadEvent.objects.create(lead=lead, kind=kind, data=data)
    text = page_of(desk, lead).content.decode()

    for label, value in [
        ("Stage", "Needs a person"),
        ("Reason", "asked for a person"),
        ("Mood", "upset"),
        ("Source", "rules"),
        ("Temperature", "Warm"),
        ("Score by the rules", "40"),
        ("To", "Won"),
        ("Consent", "WhatsApp: Opt-out; marketing: Yes, News"),
        ("Changed", "city: – → Recife"),
        ("Other lead", "Bia"),
    ]:
        assert f"<li><strong>{label}:</strong> {value}</li>" in text
    assert "needs_human" not in text
    assert "Other was" not in text


def test_columns_are_asked_once_for_all_moves(desk):
    lead = make_lead()

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            page_of(desk, lead)
        return sum("leads_status" in one["sql"] and "leads_lead" not in one["sql"] for one in asked)

    LeadEvent.objects.create(lead=lead, kind="moved", data={"came_from": "new", "to": "won"})
    first = cost()
    for _again in range(3):
        LeadEvent.objects.create(lead=lead, kind="moved", data={"came_from": "won", "to": "new"})
    assert cost() == first


def test_notice_is_told_in_a_sentence(desk):
    notice = Notice.objects.create(
        user=User.objects.get(username="marina"), kind="alert", key="a", lead=make_lead(), facts={"times": 2}
    )
    text = desk.get(f"/admin/leads/notice/{notice.pk}/change/").content.decode()

    assert "2 consultants did not reply to this lead." in text
    assert "&quot;times&quot;" not in text


def test_delivery_says_in_the_readers_language_what_went_wrong(desk):
    User.objects.filter(username="marina").update(language="pt-br")
    source = Source.objects.create(slug="page", name="Page", secret="s")
    delivery = Delivery.objects.create(source=source, state="rejected", error="The body is empty.")
    for address in ("", f"{delivery.pk}/change/"):
        text = desk.get(
            f"/admin/leads/delivery/{address}", headers={"accept-language": "pt-br"}
        ).content.decode()
        assert "O corpo está vazio." in text
        assert "The body is empty." not in text


def test_lead_form_says_what_its_codes_stand_for(desk):
    lead = make_lead(product="land", language="pt-BR", slots={"property_type": {"value": "land"}})

    def helps() -> list[str]:
        fields = page_of(desk, lead).context["adminform"].form.fields
        return [fields[name].help_text for name in ("product", "language")]

    assert helps() == ["", "Portuguese"]
    User.objects.filter(username="marina").update(language="pt-br")
    desk.cookies.load({"django_language": "pt-br"})
    assert helps() == ["Terreno", "Português"]


def test_lead_form_shows_a_clients_words_as_text(desk):
    words = "<img_src=x>"
    lead = make_lead(product=words, slots={"property_type": {"value": words}})

    text = page_of(desk, lead).content.decode()

    assert "<img src=x>" not in text
    assert "&lt;img src=x&gt;" in text


def test_outgoing_webhooks_form_begins_its_labels_with_capitals(desk):
    form = desk.get("/admin/leads/endpoint/add/").context["adminform"].form

    assert all(str(field.label)[0].isupper() for field in form)


def test_response_times_are_durations(desk):
    ana = make_consultant("ana", typical_response_seconds=770)
    make_circle(ana)
    decision = give(make_lead())
    Assignment.objects.filter(pk=decision.pk).update(estimated_response_seconds=3900)

    assert "12 min" in desk.get("/admin/leads/consultant/").content.decode()
    assert "1 h 5 min" in desk.get(f"/admin/leads/assignment/{decision.pk}/change/").content.decode()
