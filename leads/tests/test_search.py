"""The words that a lead is found by are kept by the database, whichever way the lead is written."""

import pytest
from django.db import connection

from leads.api import filters
from leads.api.filters import with_words
from leads.models import Lead, LeadSearch
from leads.search import search_query
from leads.tests.makers import make_lead, make_statuses

pytestmark = pytest.mark.django_db


def found(words: str) -> set[str]:
    return set(with_words(Lead.objects.all(), words).values_list("name", flat=True))


def test_words_follow_every_way_of_writing_a_lead():
    make_statuses()
    lead = make_lead(name="Rita", city="")
    Lead.objects.bulk_create([Lead(name="Nina", city="São Luís", status_id="new")])
    assert found("sao luis") == {"Nina"}

    Lead.objects.filter(pk=lead.pk).update(city="São Luís")
    assert found("sao luis") == {"Nina", "Rita"}

    lead.refresh_from_db()
    lead.city, lead.product = "Recife", "Casa"
    lead.save(update_fields=["city", "product"])
    assert (found("sao luis"), found("recife casa")) == ({"Nina"}, {"Rita"})


def test_words_of_a_lead_that_is_gone_are_gone():
    lead = make_lead(city="Recife")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM leads_lead WHERE id = %s", [lead.pk])
    assert not LeadSearch.objects.exists()


def test_change_that_leaves_the_words_alone_writes_none():
    lead = make_lead()
    kept = "SELECT xmin::text, ctid::text FROM leads_leadsearch"
    with connection.cursor() as cursor:
        cursor.execute(kept)
        before = cursor.fetchall()
        Lead.objects.filter(pk=lead.pk).update(status_id="won", last_message="Recife")
        cursor.execute(kept)
        assert cursor.fetchall() == before


def test_words_that_most_leads_have_are_found_in_the_order_of_the_list(monkeypatch):
    monkeypatch.setattr(filters, "MANY_MATCHES", 2)
    leads = [make_lead(name=name, city="São Paulo") for name in ("Ana", "Bia", "Caio")]
    make_lead(name="Davi", city="Recife")

    matches = with_words(Lead.objects.order_by("-name"), "sao paulo")

    assert list(matches) == leads[::-1]
    assert "SubPlan" in matches.explain()


def test_words_are_found_by_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "lead_words" in LeadSearch.objects.filter(words=search_query("sao pa")).explain()
