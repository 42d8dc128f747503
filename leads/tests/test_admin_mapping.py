"""Mapping by example: proposed, changed and kept by a manager."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import Delivery, Lead, MappingVersion
from leads.tests.test_admin_intake import EXAMPLE, deliver, make_source
from leads.tests.test_admin_intake import manager as manager

pytestmark = pytest.mark.django_db

PARTS = b'--x\r\nContent-Disposition: form-data; name="zap"\r\n\r\n11987654321\r\n--x--\r\n'


def test_mapping_by_example_proposes_paths_and_saves_a_version(client, manager):
    source = make_source()
    url = reverse("admin:leads_source_mapping", args=[source.pk])

    page = client.post(url, {"example": json.dumps(EXAMPLE), "look": "1"}).content.decode()
    assert re.search(r'name="path_phone"\s+value="ficha.zap"', page)
    assert "+5511987654321" in page

    client.post(url, {"example": "", "save": "1", "path_name": "ficha.quem", "path_phone": "ficha.zap"})

    source.refresh_from_db()
    assert source.mapping == {"name": "ficha.quem", "phone": "ficha.zap"}
    assert (source.mapping_version, MappingVersion.objects.get().user) == (1, manager)


def test_mapping_by_example_shows_consent_and_where_the_lead_came_from(client, manager):
    example = {"nome": "Ana", "fone": "11987654321", "aceito_lgpd": "sim", "utm_source": "google"}
    url = reverse("admin:leads_source_mapping", args=[make_source().pk])

    page = client.post(url, {"example": json.dumps(example)}).content.decode()

    assert "aceito_lgpd" in page.partition("Consent")[2].partition("Kept as it is")[0]
    assert "google" in page.partition("Where it came from")[2].partition("Consent")[0]


def test_parts_of_the_origin_and_the_consent_are_proposed_chosen_and_used(client, manager):
    source = make_source()
    url = reverse("admin:leads_source_mapping", args=[source.pk])
    example = {"fone": "11987654321", "lgpd": "sim", "utm_source": "google", "xyz": "click-1", "quer": "1"}

    page = client.post(url, {"example": json.dumps(example)}).content.decode()
    assert re.search(r'name="path_utm_source" value="utm_source"', page)
    assert re.search(r'name="path_consent" value="lgpd"', page)
    client.post(url, {"example": "", "save": "1", "path_gclid": "xyz", "path_consent": "quer, lgpd"})
    source.refresh_from_db()
    assert source.mapping == {"gclid": "xyz", "consent": ["quer", "lgpd"]}
    deliver(source, example)

    lead = Lead.objects.get()
    assert lead.attribution == {"utm_source": "google", "gclid": "click-1"}
    assert lead.events.get(kind="consent").data["consent"].keys() == {"quer", "lgpd"}


def test_mapping_page_opens_a_form_in_parts_and_looks_again_at_what_is_pasted_over_it(client, manager):
    source = make_source()
    deliver(source, PARTS)
    Delivery.objects.update(content_type="multipart/form-data; boundary=x")
    url = reverse("admin:leads_source_mapping", args=[source.pk])

    page = client.get(url).content.decode()
    assert re.search(r'name="path_phone" value="zap"', page)
    shown = dict(re.findall(r'name="(content_type)" value="([^"]*)"', page))
    again = client.post(url, shown | {"example": PARTS.decode()}).content.decode()
    assert re.search(r'name="path_phone" value="zap"', again)
    other = client.post(url, shown | {"example": json.dumps(EXAMPLE)}).content.decode()
    assert re.search(r'name="path_phone" value="ficha.zap"', other)


def test_mapping_page_opens_with_the_first_delivery(client, manager):
    source = make_source()
    deliver(source, EXAMPLE)

    page = client.get(reverse("admin:leads_source_mapping", args=[source.pk])).content.decode()

    assert "ficha.quem" in page


def test_delivery_leads_to_a_mapping_by_its_own_example_not_by_the_latest(client, manager):
    source = make_source()
    first = deliver(source, {"quem": "Ana", "zap": "11987654321"})
    deliver(source, {"outra": "Bia", "fone": "11987654322"})
    url = reverse("admin:leads_source_mapping", args=[source.pk])

    page = client.get(reverse("admin:leads_delivery_change", args=[first.pk])).content.decode()
    assert f"{url}?delivery={first.pk}" in page

    def example(**query):
        return client.get(url, query).content.decode().partition("<textarea")[2].partition("</textarea>")[0]

    assert "quem" in example(delivery=first.pk)
    assert "outra" in example()
    assert "outra" in example(delivery="nonsense")


def test_mapping_page_opens_with_the_latest_delivery_that_can_be_read(client, manager):
    source = make_source()
    url = reverse("admin:leads_source_mapping", args=[source.pk])
    broken = deliver(source, b'{"quem": "Carla", "zap')
    assert "Carla" in client.get(url).content.decode()

    deliver(source, EXAMPLE)
    Delivery.objects.filter(pk=broken.pk).update(received_at=timezone.now())

    page = client.get(url).content.decode()
    assert re.search(r'name="path_phone"\s+value="ficha.zap"', page)
    assert "Carla" not in page
    assert "Carla" in client.get(url, {"delivery": broken.pk}).content.decode()


def test_delivery_of_another_source_is_no_example(client, manager):
    foreign = deliver(make_source(slug="other"), {"segredo": "11987654321"})
    url = reverse("admin:leads_source_mapping", args=[make_source().pk])

    assert "segredo" not in client.get(url, {"delivery": foreign.pk}).content.decode()
