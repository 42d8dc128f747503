"""Each kind of source: how its senders sign, and what its bodies say. Bodies have the vendors' shapes."""

import base64
import gzip
import hashlib
import hmac
import json
import re
import time
import zlib

import pytest
from django.conf import settings
from django.urls import reverse

from leads import deliveries
from leads.models import Delivery, Lead, Source
from leads.sources import KINDS
from leads.sources.credentials import hmac_base64, signing_key
from leads.tests import bodies
from leads.tests.makers import make_circle, make_consultant, make_statuses

pytestmark = pytest.mark.django_db

SECRET = "vendor-secret"
FORM = "application/x-www-form-urlencoded"


def make_source(kind, **over):
    make_statuses()
    return Source.objects.create(slug=f"{kind}-1", name=kind, kind=kind, **{"secret": SECRET} | over)


def post(client, source, body, content_type="application/json", query="", **headers):
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    url = reverse("lead-webhook", args=[source.slug]) + query
    return client.post(url, data=text, content_type=content_type, headers=headers)


def bearer():
    return {"authorization": f"Bearer {SECRET}"}


def mac(message, as_base64=False):
    digest = hmac.new(SECRET.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode() if as_base64 else digest.hex()


def signatures(body, url="", now=None):
    """Right headers of every vendor that signs."""
    now = int(now or time.time())
    return {
        "meta": {"x-hub-signature-256": f"sha256={mac(body)}"},
        "typeform": {"typeform-signature": f"sha256={mac(body, as_base64=True)}"},
        "tally": {"tally-signature": mac(body, as_base64=True)},
        "webflow": {
            "x-webflow-timestamp": str(now * 1000),
            "x-webflow-signature": mac(f"{now * 1000}:{body}"),
        },
        "calendly": {"calendly-webhook-signature": f"t={now},v1={mac(f'{now}.{body}')}"},
        "hubspot": {
            "x-hubspot-request-timestamp": str(now * 1000),
            "x-hubspot-signature-v3": mac(f"POST{url}{body}{now * 1000}", as_base64=True),
        },
    }


SIGNING = ("meta", "typeform", "tally", "webflow", "calendly", "hubspot")


@pytest.mark.parametrize("kind", SIGNING)
def test_vendor_signature_over_the_raw_body_opens(client, settings, kind):
    source, body = make_source(kind), '{"a": "\\u00e9"}'
    url = settings.PUBLIC_URL + reverse("lead-webhook", args=[source.slug])

    assert post(client, source, body, **signatures(body, url)[kind]).status_code == 202


@pytest.mark.parametrize("kind", SIGNING)
def test_vendor_signature_over_a_body_that_was_compressed_afterwards_opens(client, settings, kind):
    source, body = make_source(kind), '{"a": 1}'
    url = settings.PUBLIC_URL + reverse("lead-webhook", args=[source.slug])
    packed, headers = gzip.compress(body.encode()), {"content-encoding": "gzip"}
    other = gzip.compress(b'{"a": 2}')

    assert post(client, source, packed, **headers, **signatures(body, url)[kind]).status_code == 202
    assert post(client, source, other, **headers, **signatures(body, url)[kind]).status_code == 401
    assert post(client, source, packed, **signatures(body, url)[kind]).status_code == 401


@pytest.mark.parametrize("kind", SIGNING)
def test_vendor_signature_of_another_body_is_refused(client, settings, kind):
    source = make_source(kind)
    url = settings.PUBLIC_URL + reverse("lead-webhook", args=[source.slug])

    response = post(client, source, '{"a": 2}', **signatures('{"a": 1}', url)[kind])

    assert response.status_code == 401


@pytest.mark.parametrize("kind", ["webflow", "calendly", "hubspot"])
def test_vendor_signature_six_minutes_old_is_refused(client, settings, kind):
    source = make_source(kind)
    url = settings.PUBLIC_URL + reverse("lead-webhook", args=[source.slug])
    headers = signatures("{}", url, now=time.time() - 360)[kind]

    assert post(client, source, "{}", **headers).status_code == 401


@pytest.mark.parametrize("kind", KINDS)
def test_bearer_secret_opens_every_kind_and_a_wrong_one_none(client, kind):
    source = make_source(kind)

    assert post(client, source, "{}", **bearer()).status_code == 202
    assert post(client, source, "{}", authorization="Bearer vendor").status_code == 401
    assert post(client, source, "{}").status_code == 401


def test_key_in_the_address_opens_only_kinds_that_cannot_set_headers(client):
    opened = {
        kind
        for kind in KINDS
        if post(client, make_source(kind), "{}", query=f"?key={SECRET}").status_code == 202
    }

    assert opened == {
        "generic", "zapier", "make", "rd_station", "elementor", "contact_form_7", "jotform", "gravity_forms",
    }  # fmt: skip


def test_google_key_in_the_body_opens_and_a_wrong_one_does_not(client):
    source = make_source("google_ads")

    assert post(client, source, bodies.google_ads(SECRET)).status_code == 202
    assert post(client, source, bodies.google_ads("other")).status_code == 401


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_google_key_in_a_compressed_body_opens_and_the_body_is_kept_as_it_came(client, pack):
    source = make_source("google_ads")
    right, wrong = (pack(json.dumps(bodies.google_ads(key)).encode()) for key in (SECRET, "other"))
    headers = {"content-encoding": "gzip" if pack is gzip.compress else "deflate"}

    assert post(client, source, right, **headers).status_code == 202
    assert post(client, source, wrong, **headers).status_code == 401
    assert post(client, source, right[:-9], **headers).status_code == 401
    deliveries.process_pending()

    assert bytes(Delivery.objects.get().body) == right
    assert Lead.objects.get().phone


def test_meta_challenge_is_answered_to_the_right_verify_token_only(client):
    source = make_source("meta", verify_token="check-me")
    url = reverse("lead-webhook", args=[source.slug])
    query = {"hub.mode": "subscribe", "hub.verify_token": "check-me", "hub.challenge": "1158201444"}

    right = client.get(url, query)
    wrong = client.get(url, query | {"hub.verify_token": "other"})

    assert (right.status_code, right.content) == (200, b"1158201444")
    assert (wrong.status_code, "verify token" in wrong.json()["detail"]) == (403, True)


def test_multipart_jotform_body_is_read(client):
    source = make_source("jotform")

    client.post(reverse("lead-webhook", args=[source.slug]) + f"?key={SECRET}", bodies.jotform())
    deliveries.process_pending()

    assert Lead.objects.get().name == "Ilma Couto"


def test_google_test_lead_is_kept_and_given_to_nobody(client):
    source = make_source("google_ads")
    make_circle(make_consultant())

    post(client, source, bodies.google_ads(SECRET) | {"is_test": True})
    deliveries.process_pending()

    lead = Lead.objects.get()
    assert lead.is_spam
    assert lead.consultant is None
    assert lead.awaits_consultant_since is None
    assert [reason["code"] for reason in lead.classification["reasons"]][-1] == "test"


def test_partial_typeform_response_makes_no_second_lead(client):
    source = make_source("typeform")
    whole = bodies.typeform()

    post(client, source, whole | {"event_type": "form_response_partial"}, **bearer())
    post(client, source, whole, **bearer())
    deliveries.process_pending()

    assert Lead.objects.count() == 1


def test_cancelled_calendly_event_is_rejected_with_the_reason(client):
    source = make_source("calendly")

    post(client, source, bodies.calendly() | {"event": "invitee.canceled"}, **bearer())
    deliveries.process_pending()

    delivery = Delivery.objects.get()
    assert delivery.state == "rejected"
    assert "booked" in delivery.error


def test_consent_and_attribution_are_kept_with_the_lead(client):
    source = make_source("rd_station")

    post(client, source, bodies.rd_station(), **bearer())
    deliveries.process_pending()

    lead = Lead.objects.get()
    consent = lead.events.get(kind="consent").data["consent"]
    assert consent["communications"] == {"given": True, "text": "consent"}
    assert lead.city == "Florianópolis"


def test_typeform_hidden_fields_become_the_attribution(client):
    source = make_source("typeform")

    post(client, source, bodies.typeform(), **bearer())
    deliveries.process_pending()

    lead = Lead.objects.get()
    assert lead.attribution["utm_source"] == "google"
    assert lead.attribution["gclid"] == "click-1"
    assert lead.product == "Comprar"


def test_published_vector_of_our_signed_form_holds():
    page = (settings.BASE_DIR / "docs" / "webhooks.md").read_text()
    rows = dict(re.findall(r"^\| `?([\w-]+)`? \| `(.+)` \|$", page, re.MULTILINE))

    signed = f"{rows['webhook-id']}.{rows['webhook-timestamp']}.{rows['body']}".encode()

    assert f"v1,{hmac_base64(signing_key(rows['secret']), signed)}" == rows["webhook-signature"]


def test_leads_of_rd_station_without_an_id_are_told_apart_at_one_instant():
    instant = {"created_at": "2026-05-01T10:00:00Z"}
    people = [
        {"name": name, "email": f"{name}@example.com", "last_conversion": instant} for name in ("ana", "bia")
    ]

    payloads = KINDS["rd_station"].parse({"leads": people}, Source(kind="rd_station"), {})

    assert [payload.external_id for payload in payloads] == ["", ""]
