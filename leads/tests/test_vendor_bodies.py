"""Every shape that a sender is known to send, posted twice: one lead each, of the right person and origin."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from django.test import Client

from leads import deliveries
from leads.ledger import read_ledger
from leads.models import Delivery, Lead, Source
from leads.tests import bodies
from leads.tests.makers import make_circle, make_consultant, make_statuses
from leads.tests.test_deliveries import at_once
from leads.tests.test_sources import FORM, SECRET, bearer, make_source, post
from leads.tests.wires import running_wire

pytestmark = pytest.mark.django_db

JSON = "application/json"


class Person(NamedTuple):
    name: str
    phone: str | None
    email: str


class Shape(NamedTuple):
    """What a kind's senders send, who is in it and where they came from."""

    kind: str
    body: Callable[[], Any]
    people: set[Person]
    attribution: dict[str, str]
    content_type: str = JSON

    def post(self, client: Client, source: Source) -> int:
        body = self.body()
        body = urlencode(body) if self.content_type == FORM else body
        return post(client, source, body, self.content_type, **bearer()).status_code


def person(name: str, phone: str | None, mailbox: str) -> set[Person]:
    return {Person(name, phone, f"{mailbox}@mail.example" if mailbox else "")}


META_AD = {
    "ad_id": "2001",
    "ad_name": "Vídeo 1",
    "adset_id": "2500",
    "campaign_name": "Março",
    "form_id": "3001",
    "platform": "ig",
}
READABLE = {
    "landing page": Shape(
        "generic",
        bodies.landing_page,
        person("Otto Vieira", "+5531987650008", "otto"),
        {
            "utm_source": "google",
            "utm_medium": "cpc",
            "utm_campaign": "outono",
            "gclid": "click-5",
            "page_url": "https://page.example/lancamento",
        },
    ),
    "google ads": Shape(
        "google_ads",
        lambda: bodies.google_ads(SECRET),
        person("Vera Tempo", "+5511987650001", "vera"),
        {
            "form_id": "9007199254740993",
            "campaign_id": "70001",
            "adset_id": "80001",
            "ad_id": "90001",
            "gclid": "click-0",
        },
    ),
    "rd station": Shape(
        "rd_station",
        bodies.rd_station,
        person("Caio Brito", "+5548996550002", "caio"),
        {"origin": "Orgânico", "form_id": "simulador"},
    ),
    "rd station, older": Shape(
        "rd_station", bodies.rd_station_legacy, person("Davi Serra", "+5548996550012", "davi"), {}
    ),
    "typeform": Shape(
        "typeform",
        bodies.typeform,
        person("Nara Luz", "+5511987650003", ""),
        {"utm_source": "google", "gclid": "click-1", "form_id": "form1"},
    ),
    "typeform, every kind of question": Shape(
        "typeform", bodies.typeform_of_all_kinds, person("Lúcia", None, "lucia"), {"form_id": "form2"}
    ),
    "tally": Shape(
        "tally", bodies.tally, person("Nara Luz", "+5511987650004", "nara"), {"form_name": "Contato"}
    ),
    "elementor": Shape(
        "elementor",
        bodies.elementor_simple,
        person("Saulo Dantas", "+5585987650015", "dantas"),
        {
            "form_id": "ab12",
            "form_name": "Maria Form",
            "page_url": "https://page.example/?utm_source=ig&fbclid=click-2",
            "utm_source": "ig",
            "fbclid": "click-2",
        },
        FORM,
    ),
    "elementor, advanced": Shape(
        "elementor",
        bodies.elementor_advanced,
        person("Saulo Reis", "+5585987650005", "saulo"),
        {
            "form_id": "ab12",
            "form_name": "Maria Form",
            "page_url": "https://page.example/?gclid=click-3",
            "utm_source": "ig",
            "gclid": "click-3",
        },
        FORM,
    ),
    "contact form 7": Shape(
        "contact_form_7", bodies.contact_form_7, person("Saulo Melo", None, "melo"), {}, FORM
    ),
    "jotform": Shape(
        "jotform",
        bodies.jotform,
        person("Ilma Couto", "+5511987650006", "ilma"),
        {"form_id": "2100", "form_name": "Contato Ana"},
        FORM,
    ),
    "webflow": Shape(
        "webflow",
        bodies.webflow,
        person("Ilma Dias", "+5511987650016", "dias"),
        {"form_id": "f1", "form_name": "Contato Ana"},
    ),
    "calendly": Shape(
        "calendly", bodies.calendly, person("Ilma Rocha", "+5511987650026", "rocha"), {"utm_source": "news"}
    ),
    "gravity forms": Shape(
        "gravity_forms",
        bodies.gravity_forms,
        person("Ilma Porto", "+5511987650036", "porto"),
        {
            "form_id": "3",
            "page_url": "https://page.example/contato?utm_source=blog&msclkid=click-4",
            "utm_source": "blog",
            "msclkid": "click-4",
        },
    ),
    "meta's answers": Shape(
        "meta", bodies.meta_lead, person("Rosa Paz", "+5511987650007", "rosa"), META_AD
    ),
    "meta's answers by the page": Shape(
        "meta",
        lambda: bodies.meta_leads("Joel Fontes", "Lia Fontes"),
        person("Joel Fontes", None, "joel") | person("Lia Fontes", None, "lia"),
        {"ad_id": "2002", "form_id": "3002"},
    ),
    "hubspot": Shape("hubspot", bodies.hubspot, person("", None, "hugo"), {}),
}  # fmt: skip
# These only name their leads; the answers are asked for.
NAMED = {
    "meta's webhook": Shape(
        "meta",
        lambda: bodies.meta_webhook(91001, 91002),
        person("Rosa 1", "+5511987651001", "rosa1") | person("Rosa 2", "+5511987651002", "rosa2"),
        META_AD | {"page_id": "1"},
    ),
    "meta's webhook, ids as texts": Shape(
        "meta",
        lambda: bodies.meta_webhook("91003"),
        person("Rosa 3", "+5511987651003", "rosa3"),
        META_AD | {"page_id": "1"},
    ),
}


def meta_answer(number: int) -> dict[str, Any]:
    """What the Graph API says of one of the leads above, whose boxes are ticked in part."""
    told = {"full_name": f"Rosa {number}", "phone_number": f"+551198765100{number}"}
    told["email"] = f"rosa{number}@mail.example"
    boxes = [{"checkbox_key": key, "is_checked": ticked} for key, ticked in (("calls", "1"), ("news", ""))]
    return bodies.meta_lead() | {
        "id": str(91000 + number),
        "field_data": [{"name": name, "values": [value]} for name, value in told.items()],
        "custom_disclaimer_responses": boxes,
    }


@pytest.fixture
def graph(settings):
    with running_wire() as wire:
        settings.META_GRAPH_URL = wire.url
        wire.answers = {f"/{91000 + number}": (200, meta_answer(number)) for number in (1, 2, 3)}
        yield wire


def people_of(source: Source) -> set[Person]:
    leads = Lead.objects.filter(deliveries__source=source).distinct()
    return {Person(lead.name, lead.phone, lead.email) for lead in leads}


def tracking(attribution: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in attribution.items() if key.startswith("utm_") or "clid" in key}


@pytest.mark.parametrize("kind", ["its own", "generic"])
@pytest.mark.parametrize("name", READABLE)
def test_body_posted_twice_makes_one_lead_of_the_right_person(client, kind, name):
    shape = READABLE[name]
    source = make_source(shape.kind if kind == "its own" else "generic")
    make_circle(make_consultant())

    assert [shape.post(client, source) for _ in range(2)] == [202, 202]
    deliveries.process_pending()

    assert people_of(source) == shape.people
    assert Lead.objects.count() == len(shape.people)
    for lead in Lead.objects.all():
        # An unknown sender's form may be called otherwise; where the person came from reads alike
        assert lead.attribution == shape.attribution or kind == "generic"
        assert tracking(lead.attribution) == tracking(shape.attribution)
        assert lead.city in ("", "Florianópolis")
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["duplicate", "processed"]


@pytest.mark.django_db(transaction=True)
def test_every_shape_twice_at_once_read_by_several_workers_makes_each_person_once(graph):
    shapes = READABLE | NAMED
    make_statuses()
    make_circle(make_consultant())
    sources = {
        name: Source.objects.create(
            slug=f"s{number}",
            name=name,
            kind=shape.kind,
            secret=SECRET,
            access_token="t" if name in NAMED else "",
        )
        for number, (name, shape) in enumerate(shapes.items())
    }
    sendings = list(shapes) * 2

    def send(number):
        name = sendings[number]
        return shapes[name].post(Client(), sources[name])

    assert set(at_once(send, len(sendings))) == {202}
    at_once(lambda _number: deliveries.process_pending(), 4)

    assert {name: people_of(source) for name, source in sources.items()} == {
        name: shape.people for name, shape in shapes.items()
    }
    assert Lead.objects.count() == sum(len(shape.people) for shape in shapes.values())
    for name, source in sources.items():
        states = source.deliveries.values_list("state", flat=True)
        assert (name, sorted(states)) == (name, ["duplicate", "processed"])
        for lead in Lead.objects.filter(deliveries__source=source):
            assert (name, lead.attribution) == (name, shapes[name].attribution)
    assert read_ledger().faults == []


def test_ticks_beneath_metas_form_are_the_consent_of_each_lead_it_names(client, graph):
    source = make_source("meta", access_token="t")

    NAMED["meta's webhook"].post(client, source)
    deliveries.process_pending()

    for lead in Lead.objects.all():
        consent = lead.events.get(kind="consent").data["consent"]
        assert {name: box["given"] for name, box in consent.items()} == {"calls": True, "news": False}
    assert Lead.objects.count() == 2
