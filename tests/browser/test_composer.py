"""Writing first, by a template, and sending a file: on the lead's page and on the client's phone."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import make_lead
from whatsapp.models import Message
from whatsapp.tests.files import PNG

ANAS_LINE = "whatsapp:+14155550101"
ANSWER = 30_000
WORDS = "Olá Nina, aqui é Ana Souza."


def phone_of(open_as: OpenAs, number: str) -> Page:
    """The simulated phone of a client, on Ana's own line."""
    phone = open_as(None, "/simulator/")
    phone.locator("details:has(#phone-number) > summary").click()
    phone.locator("#phone-number").fill(number)
    phone.locator("#phone-line").select_option(ANAS_LINE)
    return phone


def test_first_word_is_a_template_and_a_file_follows_the_answer(open_as: OpenAs) -> None:
    lead = make_lead("Nina Composer")
    page = open_as("ana", f"/leads/{lead.pk}/")
    page.get_by_label("Approved template").select_option(label="follow_up (pt_BR)")
    chosen = page.locator("fieldset[data-template]:not([hidden])")
    chosen.get_by_label("Variable 1").fill("Nina")
    chosen.get_by_label("Variable 2").fill("Ana Souza")
    expect(chosen.locator("[data-body]")).to_contain_text(WORDS)

    page.get_by_role("button", name="Send the template").click()

    expect(page.locator("#messages")).to_contain_text(WORDS)
    phone = phone_of(open_as, lead.phone)
    expect(phone.locator("#phone-messages")).to_contain_text(WORDS, timeout=ANSWER)
    assert Message.objects.filter(conversation__lead=lead, kind="template").count() == 1

    phone.locator("#phone-body").fill("Oi Ana, pode mandar a planta?")
    phone.keyboard.press("Enter")
    expect(page.get_by_label("Your reply")).to_be_visible(timeout=ANSWER)
    file = {"name": "planta.png", "mimeType": "image/png", "buffer": PNG}
    page.locator("#reply-file").set_input_files(file)
    expect(page.locator("#reply-chosen")).to_contain_text("planta.png")
    page.get_by_label("Your reply").fill("Segue a planta")
    page.keyboard.press("Enter")

    expect(page.locator("#messages")).to_contain_text("Segue a planta")
    expect(page.locator("#reply-chosen")).to_be_hidden()
    expect(phone.locator("#phone-messages .media img")).to_have_attribute("alt", "planta.png", timeout=ANSWER)


def test_file_that_is_too_large_is_refused_before_it_leaves(open_as: OpenAs) -> None:
    lead = make_lead("Otto Composer")
    phone = phone_of(open_as, lead.phone)
    phone.locator("#phone-body").fill("Oi Ana")
    phone.keyboard.press("Enter")
    expect(phone.locator("#phone-messages")).to_contain_text("Oi Ana")
    page = open_as("ana", f"/leads/{lead.pk}/")
    expect(page.get_by_label("Your reply")).to_be_visible(timeout=ANSWER)
    page.evaluate("document.getElementById('reply-form').dataset.most = 10")

    page.locator("#reply-file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})

    expect(page.get_by_role("region", name="Messages").get_by_text("MB at most")).to_be_visible()
    expect(page.locator("#reply-chosen")).to_be_hidden()
