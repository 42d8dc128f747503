"""Leads are found by where they came from."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from leads.api import filters
from leads.clicks import attributed, clicked
from leads.models import Lead
from leads.tests.makers import client_of, make_lead, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def leads():
    make_lead(
        name="Ana", attribution={"utm_source": "google", "utm_campaign": "julho", "ad_id": "7", "gclid": "c1"}
    )
    make_lead(name="Bia", attribution={"utm_source": "google", "utm_campaign": "agosto"})
    make_lead(name="Caio", attribution={})
    make_lead(name="Davi", attribution={"ad_id": "7", "ad_name": "Vídeo", "form_id": "f", "fbclid": "c2"})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"utm_source": "google"}, {"Ana", "Bia"}),
        ({"utm_source": "google", "utm_campaign": "julho"}, {"Ana"}),
        ({"ad_id": "7"}, {"Ana", "Davi"}),
        ({"click": "google"}, {"Ana"}),
        ({"click": "any"}, {"Ana", "Davi"}),
        ({"click": "none", "utm_source": "google"}, {"Bia"}),
        ({"click": "nowhere"}, set()),
        ({"utm_source": "goo"}, set()),
        ({"utm_source": "\x00"}, {"Ana", "Bia", "Caio", "Davi"}),
        ({"utm_campaign": "agosto", "q": "bia"}, {"Bia"}),
    ],
)
def test_list_is_filtered_by_the_attribution(query, found):
    answer = client_of(make_manager()).get("/api/leads/", query)

    assert {lead["name"] for lead in answer.json()["results"]} == found


def test_many_matches_are_listed_like_few(monkeypatch):
    monkeypatch.setattr(filters, "FEW_MATCHES", 1)

    answer = client_of(make_manager()).get("/api/leads/", {"utm_source": "google"})

    assert {lead["name"] for lead in answer.json()["results"]} == {"Ana", "Bia"}


def test_admin_offers_the_values_of_the_newest_leads_and_filters_by_them():
    client = Client()
    client.force_login(make_manager())

    page = client.get(reverse("admin:leads_lead_changelist"), {"utm_campaign": "agosto"}).content.decode()

    assert "?utm_campaign=julho" in page
    assert f"/{Lead.objects.get(name='Bia').pk}/" in page
    assert f"/{Lead.objects.get(name='Ana').pk}/" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"click": "any"}, {"Ana", "Davi"}),
        ({"click": "meta"}, {"Davi"}),
        ({"click": "none"}, {"Bia", "Caio"}),
        ({"ad_id": "7"}, {"Ana", "Davi"}),
        ({"form_id": "f"}, {"Davi"}),
    ],
)
def test_admin_lists_leads_by_click_ad_and_form(query, found):
    client = Client()
    client.force_login(make_manager())

    page = client.get(reverse("admin:leads_lead_changelist"), query)

    assert {lead.name for lead in page.context["cl"].result_list} == found
    assert "?ad_id=7" in page.content.decode() or "ad_id" in query
    assert "Vídeo" in page.content.decode()


def test_those_who_clicked_are_found_by_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for place, index in {"tiktok": "lead_clicked_at", "any": "lead_clicked_at"}.items():
        assert index in clicked(Lead.objects.order_by(), place).explain()
    assert "lead_attribution" in attributed(Lead.objects.order_by(), {"ad_id": "7"}).explain()
