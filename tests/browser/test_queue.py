"""The strip above the board in real browsers: leads come, are taken by one click, and go for everybody."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from leads.models import Lead, User
from leads.services import taking
from tests.browser.conftest import OpenAs
from tests.browser.desk import column, is_live, toast
from tests.stack import Stack, wait_for

SECONDS = 15_000
PHONES = iter(range(93_000_000, 94_000_000))


def bring(stack: Stack, name: str, product: str) -> Lead:
    """A partner's lead, through the front door: in the demo workspace it waits to be taken."""
    phone = f"119{next(PHONES)}"
    sent = {"nome": name, "telefone": phone, "produto": product, "creatorId": "partner"}
    headers = {"Authorization": "Bearer demo-secret", "Content-Type": "application/json"}
    address = f"{stack.base_url}/webhooks/leads/site/"
    with urlopen(Request(address, json.dumps(sent).encode(), headers), timeout=20) as answer:
        assert answer.status == 202
    wait_for(lambda: Lead.objects.filter(name=name, pool__name="Partners").exists(), what="the pooled lead")
    return Lead.objects.get(name=name)


@pytest.fixture(autouse=True)
def _empty_pool() -> Iterator[None]:
    """What a test leaves in the pool is nobody's next test."""
    yield
    Lead.objects.exclude(pool=None).delete()


def open_board(open_as: OpenAs, username: str, **options: object) -> Page:
    page = open_as(username, "/", **options)
    expect(is_live(page)).to_be_visible(timeout=SECONDS)
    return page


def waiting(page: Page, text: str) -> Locator:
    return page.locator(".queue-card", has_text=text)


def test_pooled_lead_appears_for_the_circle_and_goes_to_whoever_takes_it(
    stack: Stack, open_as: OpenAs
) -> None:
    ana, bia = open_board(open_as, "ana"), open_board(open_as, "bia")

    lead = bring(stack, "Pool Paula", "Cobertura Itaim")

    expect(waiting(ana, "Cobertura Itaim")).to_be_visible(timeout=SECONDS)
    expect(waiting(bia, "Cobertura Itaim")).to_be_visible(timeout=SECONDS)
    assert "Pool Paula" not in ana.content()
    ana.keyboard.press("t")
    expect(waiting(ana, "Cobertura Itaim").get_by_role("button")).to_be_focused()
    ana.keyboard.press("Enter")

    expect(ana.locator("#lead-name")).to_have_text("Pool Paula")
    expect(column(ana, "new").get_by_role("link", name="Pool Paula")).to_be_visible(timeout=SECONDS)
    expect(waiting(bia, "Cobertura Itaim")).to_have_count(0, timeout=SECONDS)
    wait_for(lambda: str(Lead.objects.get(pk=lead.pk).consultant) == "Ana Souza", what="the lead")


def test_take_that_comes_too_late_says_who_was_faster(stack: Stack, open_as: OpenAs) -> None:
    bia = open_board(open_as, "bia")
    lead = bring(stack, "Late Lia", "Loft Tardio")
    button = waiting(bia, "Loft Tardio").get_by_role("button")
    expect(button).to_be_visible(timeout=SECONDS)
    carlos = User.objects.get(username="carlos")

    def be_faster(route: Route) -> None:
        taking.take_lead(user=carlos, lead_id=lead.pk)
        route.continue_()

    bia.route("**/take/", be_faster)
    button.click()

    expect(toast(bia, "Carlos Lima was faster and has this lead.")).to_be_visible()
    bia.faults.clear()


def test_manager_sees_who_waits_and_why_and_opens_the_lead(stack: Stack, open_as: OpenAs) -> None:
    manager = open_board(open_as, "manager")
    bring(stack, "Waiting Wanda", "Casa Morumbi")

    strip = waiting(manager, "Waiting Wanda")
    expect(strip).to_contain_text("Waits in the pool “Partners” until somebody takes it", timeout=SECONDS)
    strip.get_by_role("link", name="Waiting Wanda").click()

    expect(manager.locator("#lead-name")).to_have_text("Waiting Wanda")
    manager.locator("#lead-consultant").select_option(label="Bia Martins")
    expect(strip).to_have_count(0, timeout=SECONDS)


def test_strip_fits_a_narrow_phone(stack: Stack, open_as: OpenAs) -> None:
    bring(stack, "Phone Fiona", "Apartamento em obras, Vila Mariana, 3q")
    page = open_board(open_as, "ana", viewport={"width": 360, "height": 740})
    expect(waiting(page, "Apartamento em obras")).to_be_visible(timeout=SECONDS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
