"""Ana's own number: a stranger writes, is read, becomes a lead and gets an answer, all in the inbox."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from tests.browser.conftest import OpenAs
from tests.browser.desk import is_live
from tests.stack import Stack, wait_for
from tests.system.twilio_client import ANAS_LINE, inbound, post
from whatsapp.models import Line, Message
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN, TwilioDouble

NUMBER = "+5521955554444"


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double


@pytest.fixture(scope="module")
def stack_settings(twilio: TwilioDouble) -> Mapping[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": twilio.url,
    }


def say(stack: Stack, text: str) -> None:
    form = inbound(NUMBER, text, line=ANAS_LINE, ProfileName="Vizinha")
    assert post(stack.base_url, "/webhooks/whatsapp/", form) == 200


def test_stranger_is_read_made_a_lead_and_answered(
    stack: Stack, open_as: OpenAs, twilio: TwilioDouble, artifacts: Path
) -> None:
    Line.objects.filter(address=ANAS_LINE).update(brought_messages=1)
    page = open_as("ana", "/inbox/")
    expect(is_live(page)).to_be_visible()
    say(stack, "Oi, Ana!")

    page.get_by_role("link", name="Vizinha").click()
    log = page.locator("#inbox-pane #log")
    expect(log).to_contain_text("Oi, Ana!")
    say(stack, "Quero vender meu apartamento")
    expect(log).to_contain_text("Quero vender meu apartamento")
    page.screenshot(path=artifacts / "own-line-1-stranger.png")
    assert not Message.objects.filter(body="Oi, Ana!").exists()

    page.get_by_role("button", name="Make this a lead").click()
    expect(page.locator("#inbox-pane #lead-name")).to_have_text("Vizinha")
    assert Lead.objects.get(phone=NUMBER).consultant.user.username == "ana"
    expect(log).to_contain_text("Quero vender meu apartamento")
    expect(log).not_to_contain_text("Oi, Ana!")
    page.get_by_label("Your reply").fill("Claro! Onde fica?")
    page.keyboard.press("Enter")

    sent = wait_for(lambda: [one for one in twilio.accepted if one["to"] == f"whatsapp:{NUMBER}"])
    assert (sent[0]["from"], sent[0]["body"]) == (ANAS_LINE, "Claro! Onde fica?")
    page.screenshot(path=artifacts / "own-line-2-lead.png")


def test_stranger_on_a_phone_in_the_dark(stack: Stack, open_as: OpenAs, artifacts: Path) -> None:
    form = inbound("+5521955550000", "Boa noite", line=ANAS_LINE, ProfileName="Seu Zé")
    assert post(stack.base_url, "/webhooks/whatsapp/", form) == 200
    page = open_as("ana", "/inbox/", viewport={"width": 390, "height": 780}, color_scheme="dark")

    page.get_by_role("link", name="Seu Zé").click()
    expect(page.get_by_role("button", name="Make this a lead")).to_be_in_viewport()
    page.screenshot(path=artifacts / "own-line-3-phone.png")
    page.get_by_role("link", name="Back").click()

    expect(page.get_by_role("link", name="Seu Zé")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#inbox-pane h1")).to_be_focused()


def test_manager_checks_a_line_and_reads_what_to_mend(
    open_as: OpenAs, twilio: TwilioDouble, artifacts: Path
) -> None:
    line = Line.objects.get(address=ANAS_LINE)
    webhook = {"callback_url": "https://old.example.com/hook", "callback_method": "POST"}
    sender = {"sid": "XE1", "status": "ONLINE", "sender_id": ANAS_LINE, "webhook": webhook}
    twilio.lists["/v2/Channels/Senders"] = ("senders", [sender])
    twilio.lists["/v1/Services"] = ("services", [])
    page = open_as("manager", f"/admin/whatsapp/line/{line.pk}/change/")

    page.get_by_role("button", name="Save and check this line").click()

    expect(page.locator(".messagelist")).to_contain_text("go to https://old.example.com/hook. Paste")
    page.screenshot(path=artifacts / "own-line-4-check.png", full_page=True)
    line.refresh_from_db()
    assert line.is_webhook_configured is False
