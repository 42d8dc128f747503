"""Adding leads over HTTP."""

import pytest

from leads.models import Lead, Source
from leads.tests.makers import (
    client_of,
    make_circle,
    make_consultant,
    make_statuses,
)

pytestmark = pytest.mark.django_db


def test_add_makes_a_lead_and_the_circle_gives_it_to_somebody(manager, ana):
    make_statuses()
    make_circle(ana)
    answer = client_of(manager).post(
        "/api/leads/",
        {"name": "Nova", "phone": "11 98765-4321", "value": 1000, "budget_note": {"a": [1]}},
        format="json",
    )
    assert answer.status_code == 201, answer.content
    facts = answer.json()
    assert (facts["phone"], facts["value"], facts["source"]) == ("+5511987654321", 1000.0, "api")
    assert facts["consultant"]["username"] == "ana"
    assert facts["extra"] == {"budget_note": {"a": [1]}}
    assert facts["classification"]["source"] == "rules"


@pytest.mark.parametrize(
    ("slug", "name"), [("", "API"), ("api", "API"), ("manual", "By hand"), ("whatsapp", "")]
)
def test_add_says_how_the_lead_came_without_a_configured_source(manager, slug, name):
    make_statuses()
    for number in (1, 2):
        body = {"email": f"{number}@b.co", "source": slug}
        answer = client_of(manager).post("/api/leads/", body, format="json")
        assert answer.json()["source_name"] == name
    assert answer.json()["source"] == (None if slug == "whatsapp" else slug or "api")
    assert not Source.objects.filter(is_active=True).exists()


def test_add_keeps_an_email_as_the_webhooks_do(manager):
    make_statuses()
    answer = client_of(manager).post("/api/leads/", {"email": "Ana@Exemplo.COM"}, format="json")
    assert answer.json()["email"] == "ana@exemplo.com"


@pytest.mark.parametrize("name", ["creator", "creatorId", "creator_id"])
def test_add_with_a_creator_goes_to_the_creators_circle(manager, name):
    make_statuses()
    make_circle(make_consultant("partners"), name="Partners", creators=["u_77"])
    make_circle(make_consultant("everyone"), position=1)

    answer = client_of(manager).post("/api/leads/", {"phone": "+5511987654321", name: "u_77"}, format="json")

    assert answer.status_code == 201, answer.content
    assert (answer.json()["creator"], answer.json()["extra"]) == ("u_77", {})
    assert answer.json()["consultant"]["username"] == "partners"


def test_add_with_the_same_idempotency_key_gives_the_same_lead(manager):
    make_statuses()
    client = client_of(manager)
    first = client.post("/api/leads/", {"email": "a@b.co"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post("/api/leads/", {"email": "a@b.co"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    other = client.post("/api/leads/", {"email": "z@b.co"}, format="json", HTTP_IDEMPOTENCY_KEY="k2")
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]


def test_add_long_idempotency_keys_that_differ_at_their_end_are_two(manager):
    make_statuses()
    client = client_of(manager)
    asked = [(f"{'k' * 4000}{end}", f"{end}@b.co") for end in ("a", "b", "a")]
    answers = [
        client.post("/api/leads/", {"email": email}, format="json", HTTP_IDEMPOTENCY_KEY=key)
        for key, email in asked
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 200]
    ids = [answer.json()["id"] for answer in answers]
    assert ids[0] == ids[2] != ids[1]


def test_add_idempotency_key_belongs_to_its_user(manager, ana):
    make_statuses()
    first = client_of(manager).post("/api/leads/", {"email": "a@b.co"}, HTTP_IDEMPOTENCY_KEY="k")
    other = client_of(ana.user).post("/api/leads/", {"email": "z@b.co"}, HTTP_IDEMPOTENCY_KEY="k")
    assert first.json()["id"] != other.json()["id"]


def test_add_by_a_consultant_stays_with_them(ana, bia):
    make_statuses()
    make_circle(bia)
    answer = client_of(ana.user).post(
        "/api/leads/", {"email": "a@b.co", "status": "contacted"}, format="json"
    )
    assert answer.status_code == 201
    assert answer.json()["consultant"]["id"] == ana.pk
    assert answer.json()["status"] == "contacted"


def test_add_somebody_who_is_a_colleagues_lead_tells_no_more_than_the_id(ana, bia):
    make_statuses()
    lead_id = client_of(bia.user).post("/api/leads/", {"email": "a@b.co", "name": "Secret"}).json()["id"]
    answer = client_of(ana.user).post("/api/leads/", {"email": "A@B.co"}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"id": lead_id})
    assert Lead.objects.get().consultant_id == bia.pk


def test_add_for_somebody_else_is_for_managers(manager, ana, bia):
    make_statuses()
    body = {"email": "a@b.co", "consultant": "bia"}
    assert client_of(ana.user).post("/api/leads/", body, format="json").status_code == 403
    assert client_of(manager).post("/api/leads/", body, format="json").json()["consultant"]["id"] == bia.pk


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Nobody"},
        {"phone": "call me"},
        {"email": "no"},
        {"email": "a@b.co", "status": "nowhere"},
        {"email": "a@b.co", "source": "nowhere"},
        {"email": "a@b.co", "consultant": "nobody"},
        {"email": "a@b.co", "attribution": []},
        {"email": "a@b.co", "value": "much"},
        [],
        "text",
    ],
)
def test_add_nonsense_is_refused_and_leaves_nothing(manager, body):
    make_statuses()
    answer = client_of(manager).post("/api/leads/", body, format="json")
    assert answer.status_code == 422, answer.content
    assert Lead.objects.count() == 0
