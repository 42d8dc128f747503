"""The example of each kind of source is a body that this kind understands, wherever it is shown."""

import shlex

import pytest
from django.test import Client
from django.urls import reverse

from leads import deliveries
from leads.admin.source import curl_for
from leads.models import Delivery, Lead, Source
from leads.sources import KINDS
from leads.sources.examples import EXAMPLES
from leads.tests.makers import make_manager, make_statuses

pytestmark = pytest.mark.django_db

# Their bodies name submissions; the answers are fetched.
FETCHED = {"meta", "hubspot"}


def make_source(kind):
    make_statuses()
    return Source.objects.create(slug="page", name="Page", kind=kind, secret="s")


def test_every_kind_has_an_example():
    assert EXAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", sorted(EXAMPLES.keys() - FETCHED))
def test_example_posted_as_the_curl_of_the_admin_says_becomes_that_lead(client, kind):
    source = make_source(kind)
    command = curl_for(source, "/webhooks/leads/page/", "s").replace("\\\n", "")  # as a shell joins lines
    _curl, _flag, method, address, *options = shlex.split(command)
    assert method == "POST"
    headers = dict(
        text.split(": ", 1) for flag, text in zip(options[::2], options[1::2], strict=True) if flag == "-H"
    )

    answer = client.post(
        address,
        options[-1],
        content_type=headers["Content-Type"],
        headers={"authorization": headers["Authorization"]},
    )

    assert answer.status_code == 202
    deliveries.process_pending()
    assert Delivery.objects.get().state == "processed"
    lead = Lead.objects.get()
    assert (lead.name, lead.phone) == ("Ana Souza", "+5511987654321")


def test_api_description_shows_the_body_of_every_kind():
    client = Client()
    client.force_login(make_manager())

    schema = client.get("/api/schema/", HTTP_ACCEPT="application/json").json()

    operation = schema["paths"]["/webhooks/leads/{source}/"]["post"]
    content = operation["requestBody"]["content"]
    shown = {slug for kind in content.values() for slug in kind["examples"]}
    assert shown == KINDS.keys()
    assert {"202", "400", "401", "404", "413", "429", "503"} == operation["responses"].keys()
    assert content.keys() == {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}


def test_api_description_names_every_way_to_prove_oneself_at_the_webhook():
    client = Client()
    client.force_login(make_manager())

    schema = client.get("/api/schema/", HTTP_ACCEPT="application/json").json()

    schemes = schema["components"]["securitySchemes"]
    ways = schema["paths"]["/webhooks/leads/{source}/"]["post"]["security"]
    named = [{schemes[name].get("name", "bearer") for name in way} for way in ways]
    signed_with = {kind.signature_header for kind in KINDS.values() if kind.signature_header}
    assert signed_with <= set().union(*named)
    assert {"bearer"} in named
    assert {"key"} in named
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} in named


def test_page_of_a_source_shows_the_curl_of_its_kind(client):
    source = make_source("tally")
    client.force_login(make_manager())

    page = client.get(reverse("admin:leads_source_change", args=[source.pk])).content.decode()

    assert "INPUT_PHONE_NUMBER" in page
    assert "$SECRET" in page
