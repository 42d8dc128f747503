"""Leads over HTTP."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from leads.models import Assignment, Lead, LeadEvent, LeadIdentity, Source
from leads.services.assigning import assign_by_hand
from leads.tests.makers import (
    client_of,
    make_circle,
    make_consultant,
    make_lead,
    make_user,
)

pytestmark = pytest.mark.django_db
NO_LEAD = "00000000-0000-4000-8000-000000000000"
NASTY = ["\x00", "a\x00b", "\u202eevil", "x" * 100_000, "<script>", "=cmd()", "' OR 1=1 --"]


def names(response) -> set[str]:
    assert response.status_code == 200, response.content
    return {lead["name"] for lead in response.json()["results"]}


def test_token_right_password_opens_the_api(manager):
    answer = APIClient().post(
        "/api/auth/token/", {"username": manager.username, "password": "secret-pass"}, format="json"
    )
    token = answer.json()["token"]
    assert answer.status_code == 200
    assert APIClient().get("/api/leads/", HTTP_AUTHORIZATION=f"Token {token}").status_code == 200
    assert Token.objects.get(user=manager).key == token


def test_token_wrong_password_says_so_in_the_error_shape(manager):
    answer = APIClient().post("/api/auth/token/", {"username": manager.username, "password": "no"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "wrong_credentials"


def test_token_many_wrong_passwords_lock_even_the_right_one(manager):
    client = APIClient()
    for _ in range(10):
        client.post("/api/auth/token/", {"username": manager.username, "password": "no"})
    answer = client.post("/api/auth/token/", {"username": manager.username, "password": "secret-pass"})
    assert answer.status_code == 429
    assert answer.json()["code"] == "locked_out"


def test_lead_as_json_has_every_promised_name(manager, ana):
    source = Source.objects.create(slug="site", name="Site")
    lead = make_lead(source=source, consultant=ana, value="350000.50", email="a@b.co", score=71)
    facts = client_of(manager).get(f"/api/leads/{lead.pk}/").json()
    assert facts["id"] == str(lead.pk)
    assert facts["phone"] == lead.phone
    assert facts["source"] == "site"
    assert facts["status"] == "new"
    assert facts["consultant"] == {"id": ana.pk, "username": "ana", "name": "ana"}
    assert facts["classification"] == {"source": "rules", "reasons": []}
    assert facts["value"] == 350000.5
    assert facts["created_at"].endswith("Z")
    assert {"email", "temperature", "score", "slots", "waiting_since", "version", "updated_at"} <= set(facts)


def test_list_consultant_sees_own_leads_and_manager_all(manager, ana, bia):
    make_lead(name="Hers", consultant=ana)
    make_lead(name="Not hers", consultant=bia)
    make_lead(name="Nobody's")
    assert names(client_of(ana.user).get("/api/leads/")) == {"Hers"}
    assert names(client_of(manager).get("/api/leads/")) == {"Hers", "Not hers", "Nobody's"}


@pytest.mark.parametrize(
    "spelling", ["+5511987654321", " 5511987654321", "11 98765-4321", "(11) 8765-4321", "5511987654321"]
)
def test_list_by_phone_in_any_spelling_finds_the_lead(manager, spelling):
    lead = make_lead(name="Found", phone="+5511987654321")
    LeadIdentity.objects.create(lead=lead, kind="phone", key="+5511987654321", shown=lead.phone)
    make_lead(name="Other")
    assert names(client_of(manager).get("/api/leads/", {"phone": spelling})) == {"Found"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("joao", {"João Conceição"}),
        ("CONCEI", {"João Conceição"}),
        ("conceição joão", {"João Conceição"}),
        ("joao silva", set()),
        ("casa.com", {"Maria"}),
        ("maria@casa", {"Maria"}),
        ("4321", {"Maria"}),
        ("11 98765", {"Maria"}),
        ("sao paulo", {"João Conceição"}),
        ("são paulo moema", {"João Conceição"}),
        ("STÚDIO", {"João Conceição"}),
        ("maria paulo", set()),
        ("'); DROP TABLE", set()),
        ("& | ! :*", set()),
    ],
)
def test_list_by_words_finds_their_beginnings_without_accents(manager, words, found):
    make_lead(name="João Conceição", phone=None, city="São Paulo", product="Studio (Moema)")
    make_lead(name="Maria", email="maria@casa.com.br", phone="+5511987654321")
    assert names(client_of(manager).get("/api/leads/", {"q": words})) == found


def test_list_by_consultant_takes_id_username_and_none(manager, ana):
    make_lead(name="Hers", consultant=ana)
    make_lead(name="Nobody's")
    client = client_of(manager)
    assert names(client.get("/api/leads/", {"consultant": ana.pk})) == {"Hers"}
    assert names(client.get("/api/leads/", {"consultant": "ana"})) == {"Hers"}
    assert names(client.get("/api/leads/", {"consultant": "none"})) == {"Nobody's"}
    assert names(client.get("/api/leads/", {"consultant": "9" * 400})) == set()


def test_list_pages_by_cursor_both_ways(manager):
    for number in range(7):
        make_lead(name=f"Lead {number}")
    client = client_of(manager)
    first = client.get("/api/leads/", {"page_size": 3}).json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    walked = [lead["name"] for page in (first, second, third) for lead in page["results"]]
    assert walked == [f"Lead {number}" for number in range(6, -1, -1)]
    assert third["next"] is None
    assert client.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize(
    "cursor", ["garbage", "cD1nYXJiYWdl", "cD0lMDA=", "é", "bz05OTk5OTk5OTk5OTk5OTk5OTk5"]
)
def test_list_foreign_cursor_is_refused(manager, cursor):
    answer = client_of(manager).get("/api/leads/", {"cursor": cursor})
    assert answer.status_code in (200, 400, 404)
    assert answer.status_code == 200 or set(answer.json()) == {"code", "detail"}


def test_list_costs_the_same_for_one_lead_and_thirty(manager, django_assert_num_queries):
    client = client_of(manager)
    make_lead()
    with django_assert_num_queries(3):
        client.get("/api/leads/")
    for _ in range(29):
        make_lead(consultant=make_consultant())
    with django_assert_num_queries(3):
        client.get("/api/leads/", {"page_size": 100})


def test_edit_writes_what_is_given_and_says_so_on_the_timeline(ana):
    lead = make_lead(consultant=ana)
    answer = client_of(ana.user).patch(
        f"/api/leads/{lead.pk}/", {"name": " Ana\tLima ", "value": 10.5}, format="json"
    )
    assert answer.status_code == 200, answer.content
    assert (answer.json()["name"], answer.json()["value"]) == ("Ana Lima", 10.5)
    assert answer.json()["version"] == lead.version + 1
    assert lead.events.get().kind == LeadEvent.Kind.EDITED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "NaN"}, "value"),
        ({"value": 10**400}, "value"),
        ({"value": "1e900"}, "value"),
        ({"value": -1}, "value"),
        ({"email": "no"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"name": "x" * 201}, "name"),
        ({"name": None}, "name"),
        ({"name": ["a"]}, "name"),
        ({"status": "won"}, "status"),
        ({"id": NO_LEAD}, "id"),
    ],
)
def test_edit_bad_value_is_refused_with_its_field(manager, changes, field):
    lead = make_lead()
    answer = client_of(manager).patch(f"/api/leads/{lead.pk}/", changes, format="json")
    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["fields"]) == [field]


def test_edit_text_that_cannot_be_stored_is_cleaned(manager):
    lead = make_lead()
    body = json.dumps({"name": "A\x00n\ud800a \u202eLima"})
    answer = client_of(manager).patch(f"/api/leads/{lead.pk}/", body, content_type="application/json")
    assert answer.json()["name"] == "Ana Lima"


def test_edit_unknown_name_that_cannot_be_shown_is_refused_all_the_same(manager):
    lead = make_lead()
    body = json.dumps({"\ud800\x00": 1})
    answer = client_of(manager).patch(f"/api/leads/{lead.pk}/", body, content_type="application/json")
    assert answer.status_code == 422


def test_move_puts_the_card_into_the_column(ana):
    lead = make_lead(consultant=ana)
    answer = client_of(ana.user).post(
        f"/api/leads/{lead.pk}/move/", {"status": "contacted", "expected_status": "new"}, format="json"
    )
    assert answer.status_code == 200
    assert answer.json()["status"] == "contacted"
    assert Lead.objects.get().status_id == "contacted"


def test_move_from_an_old_board_answers_with_the_truth(ana):
    lead = make_lead(consultant=ana, status_id="won")
    answer = client_of(ana.user).post(
        f"/api/leads/{lead.pk}/move/", {"status": "contacted", "expected_status": "new"}, format="json"
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert answer.json()["lead"]["status"] == "won"


def test_move_of_somebody_elses_card_is_not_allowed_and_of_none_not_found(ana):
    lead, answers = make_lead(consultant=make_consultant("bia")), []
    for wanted in (lead.pk, uuid4()):
        answer = client_of(ana.user).post(
            f"/api/leads/{wanted}/move/", {"status": "contacted"}, format="json"
        )
        answers.append((answer.status_code, answer.json()["code"]))
    assert answers == [(403, "not_allowed"), (404, "not_found")]
    assert Lead.objects.get().status_id == "new"


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"status": "nowhere"}, {"status": 7}, []),
        *({"status": "new", "after": "x"}, {"status": "new", "before": 5}, {"status": "new", "after": True}),
    ],
)
def test_move_nonsense_is_refused_with_reasons(manager, body):
    lead = make_lead()
    answer = client_of(manager).post(f"/api/leads/{lead.pk}/move/", body, format="json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"


def test_assign_manager_names_somebody_or_asks_the_circle(manager, ana, bia):
    make_circle(bia)
    lead = make_lead()
    client = client_of(manager)
    for wanted in ({"consultant": ana.pk}, {"consultant": "ana"}):
        answer = client.post(f"/api/leads/{lead.pk}/assign/", wanted, format="json")
        assert answer.json()["consultant"]["username"] == "ana"
        assert answer.json()["outcome"] == "assigned"
    assert (
        client.post(f"/api/leads/{lead.pk}/assign/", {}, format="json").json()["consultant"]["id"] == bia.pk
    )
    assert Assignment.objects.count() == 2  # the same consultant once more is no decision


def test_assign_nobody_available_is_an_outcome(manager):
    lead = make_lead()
    answer = client_of(manager).post(f"/api/leads/{lead.pk}/assign/", {}, format="json")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "no_consultants_available")


def test_assign_unknown_consultant_is_refused(manager):
    lead = make_lead()
    answer = client_of(manager).post(f"/api/leads/{lead.pk}/assign/", {"consultant": "zoe"}, format="json")
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["consultant"]


def test_assign_by_a_consultant_is_forbidden(ana):
    lead = make_lead(consultant=ana)
    answer = client_of(ana.user).post(f"/api/leads/{lead.pk}/assign/", {}, format="json")
    assert answer.status_code == 403
    assert set(answer.json()) == {"code", "detail"}


def test_note_is_kept_on_the_timeline(ana):
    lead = make_lead(consultant=ana)
    answer = client_of(ana.user).post(f"/api/leads/{lead.pk}/notes/", {"text": "Likes\nblue"}, format="json")
    assert answer.status_code == 201
    assert answer.json()["data"] == {"text": "Likes\nblue"}
    assert answer.json()["actor"]["id"] == ana.pk


def test_reassigned_lead_is_gone_for_its_former_consultant_at_once(manager, ana, bia):
    lead = make_lead(consultant=ana)
    assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=bia.pk)
    assert client_of(ana.user).get(f"/api/leads/{lead.pk}/").status_code == 404
    assert client_of(bia.user).get(f"/api/leads/{lead.pk}/").status_code == 200


def test_user_who_is_neither_sees_nothing():
    lead = make_lead()
    client = client_of(make_user())
    assert names(client.get("/api/leads/")) == set()
    assert client.get(f"/api/leads/{lead.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["phone", "status", "consultant", "source", "temperature", "q", "cursor"])
@pytest.mark.parametrize("value", NASTY)
def test_list_nasty_parameter_is_answered_in_shape(manager, name, value):
    answer = client_of(manager).get("/api/leads/", {name: value})
    assert answer.status_code in (200, 400, 404)
    assert answer.status_code == 200 or set(answer.json()) == {"code", "detail"}


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b'{"name": NaN}', b"[" * 100_000, b"1" * 5000, b"null", b'"a"', b"[]"]
)
def test_edit_body_that_is_no_object_is_refused_in_shape(manager, body):
    lead = make_lead()
    answer = client_of(manager).patch(f"/api/leads/{lead.pk}/", body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("parse_error", "malformed", "invalid")


def test_session_post_without_csrf_token_is_forbidden(manager):
    lead = make_lead()
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    answer = client.post(f"/api/leads/{lead.pk}/move/", {"status": "won"}, content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"


def test_edit_creator_is_kept_and_told_on_the_timeline(manager):
    lead = make_lead(creator="u_1")
    answer = client_of(manager).patch(f"/api/leads/{lead.pk}/", {"creator": "u_2"}, format="json")
    assert answer.json()["creator"] == "u_2"
    assert LeadEvent.objects.get(lead=lead, kind="edited").data["changes"] == {"creator": ["u_1", "u_2"]}
