"""One error shape everywhere, and a description that is true."""

import pytest
from django.db import connection
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from leads.tests.makers import make_lead, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = APIClient()
    client.force_login(make_manager())
    return client


def test_no_login_is_told_from_no_permission():
    answer = APIClient().get("/api/leads/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == "Token"


def test_unknown_token_is_refused():
    answer = APIClient().get("/api/leads/", HTTP_AUTHORIZATION="Token nonsense")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


@pytest.mark.parametrize("path", ["/api/nothing/", "/api/leads/not-a-uuid/", "/api/leads/%00/"])
def test_unknown_address_below_api_answers_json(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_wrong_method_answers_json(client):
    answer = client.delete("/api/leads/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_wrong_content_type_answers_json(client):
    lead = make_lead()
    answer = client.patch(f"/api/leads/{lead.pk}/", b"<a/>", content_type="application/xml")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_too_large_body_answers_json(client):
    lead = make_lead()
    body = b'{"name": "' + b"x" * 6_000_000 + b'"}'
    answer = client.patch(f"/api/leads/{lead.pk}/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_defect_below_api_answers_json(client):
    """A column that the code expects is gone, as after half a migration."""
    lead = make_lead()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE leads_lead RENAME COLUMN score TO lost")
    client.raise_request_exception = False
    answer = client.get(f"/api/leads/{lead.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (500, "error")


def test_schema_describes_every_address_and_refusal_without_a_warning(client):
    reset_generator_stats()
    schema = client.get("/api/schema/", HTTP_ACCEPT="application/json").json()
    assert not GENERATOR_STATS
    assert {"/api/leads/", "/api/leads/{lead_id}/move/", "/api/board/changes/"} <= set(schema["paths"])
    for path, operations in schema["paths"].items():
        for operation in operations.values() if path.startswith("/api/") else ():
            refusal = operation["responses"]["422"]["content"]["application/json"]["schema"]
            assert refusal == {"$ref": "#/components/schemas/Error"}


def test_schema_is_for_people_who_are_logged_in():
    refused = Client().get("/api/schema/")
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    page = Client().get("/api/docs/")
    assert (page.status_code, page["Location"]) == (302, "/login/?next=/api/docs/")


def test_docs_page_takes_a_token_for_a_login():
    token = Token.objects.create(user=make_manager())
    assert b"swagger" in Client().get("/api/docs/", headers={"Authorization": f"Token {token}"}).content
    assert Client().get("/api/docs/", headers={"Authorization": "Token wrong"}).status_code == 401


def test_docs_page_has_no_inline_code(client):
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=")
