"""One bad sign anywhere in a vendor's body costs nobody their lead: every leaf of every body, one after another."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from leads import deliveries
from leads.models import Delivery, Lead, SeenSubmission, Source
from leads.sources import KINDS
from leads.tests import bodies
from leads.tests.makers import make_statuses
from leads.tests.wires import running_wire

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
BODIES = {
    "google_ads": ("google_ads", lambda: bodies.google_ads("s")),
    "rd_station": ("rd_station", bodies.rd_station),
    "rd_station_legacy": ("rd_station", bodies.rd_station_legacy),
    "typeform": ("typeform", bodies.typeform),
    "tally": ("tally", bodies.tally),
    "webflow": ("webflow", bodies.webflow),
    "calendly": ("calendly", bodies.calendly),
    "gravity_forms": ("gravity_forms", bodies.gravity_forms),
    "meta": ("meta", bodies.meta_lead),
    "hubspot": ("hubspot", bodies.hubspot),
    "elementor_simple": ("elementor", bodies.elementor_simple),
    "elementor_advanced": ("elementor", bodies.elementor_advanced),
    "contact_form_7": ("contact_form_7", bodies.contact_form_7),
    "jotform": ("jotform", bodies.jotform),
}
SENT_AS_FORM = ("elementor", "contact_form_7", "jotform")
BAD = {
    "NUL": lambda leaf: f"{leaf}\x00",
    "half a sign": lambda leaf: f"\ud800{leaf}",
    "turned": lambda leaf: f"\u202e{leaf}",
    "nothing else": lambda leaf: "\x00\ud800",
    "long": lambda leaf: f"{leaf}{'x' * 65_000}",
}
# At every leaf of every body each of them takes seconds; the others tell little more
QUICK = {"NUL", "half a sign"}
EVERYWHERE = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in BAD]
# Where each vendor puts what it calls a submission, with a body that names it there.
IDS = {
    "google_ads": ("lead_id",),
    "typeform": ("form_response", "token"),
    "tally": ("data", "responseId"),
    "webflow": ("payload", "id"),
    "calendly": ("payload", "uri"),
    "jotform": ("submissionID",),
    "rd_station": ("contact", "uuid"),
    "rd_station_legacy": ("leads", 0, "uuid"),
    "meta": ("id",),
    "gravity_forms": ("id",),
}


def make_source(kind: str, **over: Any) -> Source:
    make_statuses()
    return Source.objects.create(slug=kind, name=kind, kind=kind, secret="s", **over)


def deliver(source: Source, *trees: Any, headers: dict[str, str] | None = None) -> None:
    is_form = source.kind in SENT_AS_FORM
    written: Callable[[Any], str] = (
        (lambda tree: urlencode(tree, errors="surrogatepass")) if is_form else json.dumps
    )
    for tree in trees:
        Delivery.objects.create(
            source=source,
            body=written(tree).encode(),
            content_type=FORM if is_form else "application/json",
            headers=headers or {},
        )
    deliveries.process_pending()


def not_settled() -> list[tuple[str, str]]:
    """Where the only event that told of a contact is spoiled, HubSpot would have to be asked, and has no token here."""
    settled = Delivery.objects.exclude(state__in=("processed", "duplicate", "rejected"))
    settled = settled.exclude(state="dead", error__contains="no access token", source__kind="hubspot")
    return list(settled.values_list("state", "error"))


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else None
    if inner is None:
        yield path, tree
        return
    for key, child in inner:
        yield from leaves(child, (*path, key))


def with_leaf(tree: Any, path: tuple[Any, ...], bad: Callable[[Any], str]) -> Any:
    """`tree`, changed at one place."""
    node = tree
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = bad(node[path[-1]])
    return tree


@pytest.mark.parametrize("bad", EVERYWHERE)
@pytest.mark.parametrize("name", BODIES)
def test_bad_text_at_any_place_of_a_vendors_body_is_settled(name, bad):
    kind, body = BODIES[name]

    deliver(make_source(kind), *(with_leaf(body(), path, BAD[bad]) for path, _leaf in leaves(body())))

    assert not_settled() == []
    assert Lead.objects.exists()


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", IDS)
def test_bad_text_in_a_submissions_id_costs_nobody_their_lead(name, bad):
    kind, body = BODIES[name]
    person = [with_leaf(body(), IDS[name], BAD[bad]) for _ in range(2)]

    deliver(make_source(kind), *person)

    assert Lead.objects.get().name
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["duplicate", "processed"]
    assert len(SeenSubmission.objects.get().key) <= 200


@pytest.mark.parametrize("name", IDS)
def test_long_ids_that_begin_alike_are_of_two_submissions(name):
    kind, body = BODIES[name]
    ids = ["x" * 130 + end for end in "ab"]

    deliver(make_source(kind), *(with_leaf(body(), IDS[name], lambda _leaf, one=one: one) for one in ids))

    assert SeenSubmission.objects.count() == 2


@pytest.mark.parametrize("bad", EVERYWHERE)
def test_bad_text_in_what_meta_or_hubspot_answers_is_settled(settings, bad):
    meta = make_source("meta", access_token="t")
    hubspot = make_source("hubspot", access_token="t")
    contact = {"firstname": "Rosa", "mobilephone": "11 98765-0008", "email": "r@mail.example"}
    with running_wire() as wire:
        settings.META_GRAPH_URL = settings.HUBSPOT_API_URL = wire.url
        for path, _leaf in leaves(bodies.meta_lead()):
            wire.answers["/10007"] = (200, with_leaf(bodies.meta_lead(), path, BAD[bad]))
            deliver(meta, bodies.meta_webhook("10007"))
        for name in contact:
            answer = {"properties": with_leaf(dict(contact), (name,), BAD[bad])}
            wire.answers["/crm/v3/objects/contacts/501"] = (200, answer)
            deliver(hubspot, bodies.hubspot())

    assert not_settled() == []
    assert Lead.objects.filter(phone="+5511987650007").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_bad_id_through_the_front_door_becomes_a_lead_all_the_same(client, kind):
    """Every kind also reads what no vendor sends: our own plain body, with an id that no database takes."""
    source = make_source(kind)
    body = json.dumps({"name": "Ana", "phone": "11987654321", "submission_id": "\x00\ud800s-1\u202e"})

    response = client.generic(
        "POST",
        reverse("lead-webhook", args=[source.slug]),
        body,
        "application/json",
        headers={"authorization": "Bearer s"},
    )
    deliveries.process_pending()

    assert response.status_code == 202
    assert not_settled() == []
