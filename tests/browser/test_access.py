"""Every page for everybody: accessibility rules in both themes, a narrow phone, the login, notes, languages."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import make_lead
from tests.stack import Stack
from whatsapp.models import Conversation, Line, Message

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
PAGES = {
    "login": (None, "/login/"),
    "board": ("ana", "/"),
    "lead": ("ana", None),
    "inbox": ("ana", "/inbox/"),
    "notifications": ("ana", "/me/notifications/"),
    "simulator": (None, "/simulator/"),
    "overview": ("manager", "/admin/"),
}


@pytest.fixture(scope="module")
def lead_path(stack: Stack) -> str:
    """A lead with a conversation, a failed message and a note's worth of history."""
    lead = make_lead("Access Alice", city="Recife", message="Quero um apartamento")
    conversation = Conversation.objects.create(
        line=Line.objects.get(kind=Line.Kind.AGENT),
        client_address=f"whatsapp:{lead.phone}",
        client_key=lead.phone,
        lead=lead,
        status=Conversation.Status.TRANSFERRED,
        consultant=lead.consultant,
        last_inbound_at=lead.created_at,
        last_message_at=lead.created_at,
    )
    for seq, (direction, author, status) in enumerate(
        [("in", "client", "received"), ("out", "agent", "read"), ("out", "consultant", "failed")], start=1
    ):
        Message.objects.create(
            conversation=conversation,
            seq=seq,
            direction=direction,
            author=author,
            status=status,
            body=f"Text {seq}",
        )
    return f"/leads/{lead.pk}/"


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_accessibility_fault_in_either_theme(
    open_as: OpenAs, lead_path: str, artifacts: Path, name: str
) -> None:
    username, path = PAGES[name]
    page = open_as(username, path or lead_path, color_scheme="light")
    page.wait_for_timeout(400)  # colours settle
    page.screenshot(path=artifacts / f"page-{name}-light.png")
    found = Axe().run(page, options=RULES)
    assert not found.response["violations"], found.generate_report()

    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(400)
    page.screenshot(path=artifacts / f"page-{name}-dark.png")
    found = Axe().run(page, options=COLOURS)  # all that the other theme may change
    assert not found.response["violations"], found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_narrow_phone(open_as: OpenAs, lead_path: str, artifacts: Path, name: str) -> None:
    username, path = PAGES[name]
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = open_as(username, path or lead_path, **phone)
    page.screenshot(path=artifacts / f"phone-{name}.png")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_drawer_has_no_accessibility_fault(open_as: OpenAs, lead_path: str) -> None:
    page = open_as("ana")
    page.get_by_role("link", name="Access Alice").click()
    expect(page.locator("#lead-name")).to_be_focused()

    found = Axe().run(page, options=RULES)

    assert not found.response["violations"], found.generate_report()


def test_drawer_has_an_address_and_closes_back_to_its_card(open_as: OpenAs, lead_path: str) -> None:
    page = open_as("ana")
    page.get_by_role("link", name="Access Alice").click()
    expect(page).to_have_url(f"{page.evaluate('location.origin')}{lead_path}")

    page.keyboard.press("Escape")

    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.get_by_role("link", name="Access Alice")).to_be_focused()
    page.go_back()
    expect(page.locator("#drawer #lead-name")).to_have_text("Access Alice")


def test_note_is_saved_and_an_empty_one_is_refused(open_as: OpenAs, lead_path: str) -> None:
    page = open_as("ana", lead_path)
    page.get_by_role("tab", name="Notes").click()
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text("Write something first.")).to_be_visible()
    with page.expect_response(lambda answer: lead_path in answer.url):
        page.evaluate("document.dispatchEvent(new Event('crm:refresh-lead'))")
    expect(page.get_by_text("Write something first.")).to_be_visible()

    page.get_by_label("New note").fill("Prefers calls <b>after</b> six.")
    page.get_by_role("button", name="Save note").click()

    expect(page.locator(".note").first).to_have_text("Prefers calls <b>after</b> six.")
    page.faults.clear()


def test_login_with_a_wrong_password_says_one_sentence(open_as: OpenAs) -> None:
    page = open_as(None, "/inbox/")
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("Username or password is wrong.")

    page.get_by_label("Password", exact=True).fill("demo")
    page.get_by_role("button", name="Log in", exact=True).click()

    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_theme_and_language_are_remembered(open_as: OpenAs) -> None:
    page = open_as("bia")
    choose(page, "Dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    choose(page, "Português")

    expect(page.locator("html")).to_have_attribute("lang", "pt-br")
    expect(
        page.get_by_role("button", name="Novo lead").or_(page.get_by_role("button", name="Lead"))
    ).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_accepting_switch_is_saved(open_as: OpenAs) -> None:
    page = open_as("carlos")
    switch = page.get_by_role("switch")
    expect(switch).to_be_checked()
    with page.expect_response("**/me/accepting/"):
        switch.click()

    page.reload()

    expect(page.get_by_role("switch")).not_to_be_checked()


def choose(page: Page, name: str) -> None:
    page.locator("#me > summary").click()
    page.locator("#me").get_by_role("button", name=name).click()


def test_edit_sends_what_was_changed_here_alone(open_as: OpenAs) -> None:
    lead = make_lead("Edit Edna", city="Recife")
    page = open_as("ana", f"/leads/{lead.pk}/")
    page.locator("#edit-lead > summary").click()
    lead.city = "Olinda"
    lead.save(update_fields=["city"])

    page.get_by_label("Name").fill("Edna Melo")
    page.locator("#edit-lead").get_by_role("button", name="Save").click()

    expect(page.locator("#lead-name")).to_have_text("Edna Melo")
    lead.refresh_from_db()
    assert (lead.name, lead.city) == ("Edna Melo", "Olinda")


def test_colleague_on_the_same_lead_is_named(open_as: OpenAs, lead_path: str) -> None:
    ana = open_as("ana", lead_path)
    expect(ana.locator('#live[data-state="live"]')).to_be_visible()

    open_as("manager", lead_path)

    expect(ana.locator("#presence")).to_have_text("Also here: Marina Prado")


def test_empty_board_says_where_leads_come_from(open_as: OpenAs) -> None:
    page = open_as("bia")
    expect(page.get_by_text("No leads yet.")).to_be_visible()

    page.get_by_label("Search leads").fill("nobody")

    expect(page.get_by_text("No leads yet.")).to_be_hidden()


def test_select_all_of_the_export_page_selects_and_unselects_every_field(open_as: OpenAs) -> None:
    page = open_as("manager", "/admin/leads/lead/export/")
    boxes = page.locator('.selectable-field-export-row input[type="checkbox"]:not(.select-toggle)')
    chosen = page.locator('.selectable-field-export-row input[type="checkbox"]:checked:not(.select-toggle)')
    expect(chosen).to_have_count(boxes.count())

    page.locator(".select-toggle").click()
    expect(chosen).to_have_count(0)

    page.locator(".select-toggle").click()
    expect(chosen).to_have_count(boxes.count())
    page.faults.clear()  # the library's inline attributes, which our policy blocks
