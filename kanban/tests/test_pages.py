"""The HTML pages: who sees what, what the fragments carry, what forms do."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from leads.models import Consultant, Source
from leads.payload import LeadPayload
from leads.services.manual import add_lead
from leads.tests.makers import make_consultant, make_lead, make_manager, make_statuses
from whatsapp.models import Conversation
from whatsapp.tests.makers import make_conversation

pytestmark = pytest.mark.django_db
PAGES = [
    "/",
    "/inbox/",
    "/inbox/threads/",
    "/board/cards/?ids=",
    "/board/columns/new/",
    "/me/waiting/",
    "/me/notices/",
]


@pytest.fixture
def ana() -> Consultant:
    return make_consultant("ana")


@pytest.fixture
def desk(client: Client, ana: Consultant) -> Client:
    client.force_login(ana.user)
    return client


@pytest.mark.parametrize("path", PAGES)
def test_page_without_login_leads_to_the_login(client: Client, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.url.split("?")[0]) == (302, "/login/")


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_inline_script_style_or_handler(desk: Client, ana: Consultant, path: str) -> None:
    make_lead(consultant=ana)
    html = desk.get(path).content.decode()

    scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
    assert not scripts
    assert not re.search(r"<[^>]+\s(style|on\w+)=", html)


def test_board_shows_own_leads_alone(desk: Client, ana: Consultant) -> None:
    mine, other = (
        make_lead(consultant=ana, name="Mine"),
        make_lead(consultant=make_consultant(), name="Theirs"),
    )

    html = desk.get("/").content.decode()

    assert f'id="lead-{mine.pk}"' in html
    assert str(other.pk) not in html


def test_board_escapes_what_came_from_outside(desk: Client, ana: Consultant) -> None:
    make_lead(consultant=ana, name="<script>alert(1)</script>", last_message='"><img onerror=x>')

    html = desk.get("/").content.decode()

    assert "<script>alert" not in html
    assert "<img onerror" not in html


def test_source_filter_offers_what_cards_name(desk: Client, ana: Consultant) -> None:
    site = Source.objects.create(slug="site", name="Site")
    make_lead(consultant=ana, name="Rita", source=site)
    make_lead(consultant=ana, name="Nina")

    html = desk.get("/?source=whatsapp").content.decode()

    offered = re.search(r'<select [^>]*id="f-source".*?</select>', html, re.DOTALL)[0]
    assert re.findall(r"<option [^>]*>([^<]+)</option>", offered) == ["Every source", "WhatsApp", "Site"]
    assert '<option value="whatsapp" selected>' in offered
    assert 'name="source" value="manual"' in html
    assert "Nina" in html
    assert "Rita" not in html


def test_lead_made_by_hand_says_so_in_the_readers_language(ana: Consultant) -> None:
    make_statuses()
    add_lead(user=ana.user, payload=LeadPayload(name="Rita", email="r@mail.example"), source_slug="manual")
    client = Client(headers={"accept-language": "pt-BR"})
    client.force_login(ana.user)

    html = client.get("/").content.decode()

    assert "<span>Manual</span>" in html
    assert ">Manual</option>" in html


def test_cards_fragment_leaves_out_what_is_not_on_this_board(desk: Client, ana: Consultant) -> None:
    mine, other = make_lead(consultant=ana, name="Mine"), make_lead(name="Nobody's")

    html = desk.get("/board/cards/", {"ids": f"{mine.pk},{other.pk},not-an-id"}).content.decode()

    assert f'id="lead-{mine.pk}"' in html
    assert str(other.pk) not in html
    assert 'value="new" data-count="1"' in html


def test_cards_fragment_follows_the_filter(desk: Client, ana: Consultant) -> None:
    cold = make_lead(consultant=ana, temperature="cold")

    html = desk.get("/board/cards/", {"ids": str(cold.pk), "temperature": "hot"}).content.decode()

    assert str(cold.pk) not in html


def test_column_names_the_next_page_until_the_end(desk: Client, ana: Consultant) -> None:
    leads = [make_lead(consultant=ana, position=number) for number in range(26)]

    first = desk.get("/").content.decode()
    next_url = re.search(r'data-url="([^"]+)"', first)[1].replace("&amp;", "&")
    rest = desk.get(next_url).content.decode()

    assert str(leads[25].pk) not in first
    assert str(leads[25].pk) in rest
    assert "data-url" not in rest


@pytest.mark.parametrize("count", [1, 30])
def test_board_asks_the_same_number_of_queries(
    desk: Client, ana: Consultant, django_assert_max_num_queries, count: int
) -> None:
    for _ in range(count):
        make_lead(consultant=ana)

    with django_assert_max_num_queries(11):
        desk.get("/")


def test_lead_page_of_somebody_else_is_not_there(desk: Client) -> None:
    lead = make_lead(consultant=make_consultant())

    assert desk.get(f"/leads/{lead.pk}/").status_code == 404
    assert desk.get(f"/leads/{uuid4()}/").status_code == 404


def test_lead_page_for_htmx_is_the_panel_alone(desk: Client, ana: Consultant) -> None:
    lead = make_lead(consultant=ana)

    panel = desk.get(f"/leads/{lead.pk}/?tab=notes", headers={"HX-Request": "true"}).content.decode()

    assert panel.lstrip().startswith("<article")
    assert 'data-tab="notes"' in panel


@pytest.mark.parametrize(
    ("status", "shown"),
    [("active", "Take over"), ("transferred", "Return to the agent"), ("closed", "closed")],
)
def test_lead_page_says_who_answers(desk: Client, ana: Consultant, status: str, shown: str) -> None:
    lead = make_lead(consultant=ana)
    conversation = make_conversation(body="Olá, tudo bem?")
    Conversation.objects.filter(pk=conversation.pk).update(lead=lead, status=status, consultant=ana)

    html = desk.get(f"/leads/{lead.pk}/").content.decode()

    assert "Olá, tudo bem?" in html
    assert shown in html


def test_note_is_kept_on_the_lead(desk: Client, ana: Consultant) -> None:
    lead = make_lead(consultant=ana)

    response = desk.post(f"/leads/{lead.pk}/notes/", {"text": "Call after six"})

    assert response.status_code == 200
    assert lead.events.get(kind="note").data == {"text": "Call after six"}


def test_empty_note_is_refused_beside_the_field(desk: Client, ana: Consultant) -> None:
    lead = make_lead(consultant=ana)

    response = desk.post(f"/leads/{lead.pk}/notes/", {"text": "  "})

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()


def test_reading_a_lead_clears_unread_and_not_the_wait(desk: Client, ana: Consultant) -> None:
    lead = make_lead(consultant=ana, unread_count=3, waiting_since="2026-01-01T10:00Z")

    assert desk.post(f"/leads/{lead.pk}/read/").status_code == 204

    lead.refresh_from_db()
    assert lead.unread_count == 0
    assert lead.waiting_since is not None


def test_reading_by_get_is_refused(desk: Client, ana: Consultant) -> None:
    assert desk.get(f"/leads/{make_lead(consultant=ana).pk}/read/").status_code == 405


def test_waiting_counts_open_leads_of_the_reader(desk: Client, ana: Consultant) -> None:
    make_lead(consultant=ana, waiting_since="2026-01-01T10:00Z")
    make_lead(consultant=ana, waiting_since="2026-01-01T10:00Z", status_id="won")
    make_lead(consultant=make_consultant(), waiting_since="2026-01-01T10:00Z")

    assert desk.get("/me/waiting/").json() == {"waiting": 1}


@pytest.mark.parametrize(("sent", "expected"), [({"accepting": "on"}, True), ({}, False)])
def test_accepting_switch_is_the_consultants_own(
    desk: Client, ana: Consultant, sent: dict, expected: bool
) -> None:
    desk.post("/me/accepting/", sent)

    ana.refresh_from_db()
    assert ana.is_accepting_leads is expected


def test_language_is_remembered_for_the_person_and_the_browser(desk: Client, ana: Consultant) -> None:
    response = desk.post("/me/language/", {"language": "pt-br", "next": "/inbox/"})

    ana.user.refresh_from_db()
    assert ana.user.language == "pt-br"
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "pt-br"
    assert response.url == "/inbox/"


@pytest.mark.parametrize("path", ["/me/language/", "/me/theme/"])
def test_preference_that_does_not_exist_is_refused(desk: Client, path: str) -> None:
    assert desk.post(path, {"language": "xx", "theme": "pink"}).status_code == 400


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_preference_never_sends_to_another_site(desk: Client, target: str) -> None:
    assert desk.post("/me/theme/", {"theme": "dark", "next": target}).url == "/"


def test_login_in_a_new_browser_brings_the_language(client: Client, ana: Consultant) -> None:
    ana.user.language = "es"
    ana.user.save()

    response = client.post("/login/", {"username": "ana", "password": "secret-pass"})

    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"


def test_story_of_a_phone_shows_its_conversation(client: Client) -> None:
    conversation = make_conversation()

    html = client.get("/simulator/story/", {"number": "+55 11 98765-4321", "line": "whatsapp:+14155238886"})

    assert conversation.get_stage_display() in html.content.decode()


def test_overview_counts_for_a_manager(client: Client) -> None:
    client.force_login(make_manager())
    make_lead(
        waiting_since="2026-01-01T10:00Z", awaits_consultant_since="2026-01-01T10:00Z", name="Queued Quentin"
    )

    html = client.get("/admin/?period=30").content.decode()

    assert "Queued Quentin" in html
    assert 'href="?period=30" aria-current="true"' in html
