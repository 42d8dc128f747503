"""A manager changes a playbook, tries it, sees what publishing would cost, publishes, and goes back."""

from playwright.sync_api import Page, expect

from agent.models import KnowledgeSnippet, Playbook, UnansweredQuestion
from leads.models import Lead
from tests.browser.conftest import OpenAs
from tests.browser.test_story import write
from tests.stack import wait_for
from whatsapp.models import Conversation

SLOW = 60_000


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Parts of the playbook").get_by_role("link", name=name).click()


def test_manager_edits_tries_rehearses_publishes_and_rolls_back(open_as: OpenAs) -> None:
    playbook = Playbook.objects.get(is_default=True)
    page = open_as("manager", f"/admin/agent/playbook/{playbook.pk}/change/")

    open_tab(page, "Rules")
    page.get_by_role("button", name="Add a rule").click()
    row = page.locator("[data-rows] .row").last
    row.get_by_label("Outcome").select_option(label="Not a client if")
    row.get_by_label("Question").select_option("goal")
    row.get_by_label("Value").fill("rental")
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.locator(".errorlist")).to_contain_text("Write one of: buy, rent, sell")
    page.locator("[data-rows] .row").last.get_by_label("Value").fill("rent")
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.locator(".messagelist")).to_contain_text("Saved in the draft")

    open_tab(page, "Try it")
    page.get_by_label("Message").fill("Quero alugar uma casa em Perdizes")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".trial .why").first).to_contain_text("Disqualified", timeout=SLOW)
    assert not Lead.objects.filter(city="Perdizes").exists()

    open_tab(page, "Publish")
    page.get_by_role("button", name="Rehearse the draft").click()
    publish = page.get_by_role("button", name="Publish in spite of the losses")
    expect(publish).to_be_visible(timeout=SLOW)
    publish.click()
    expect(page.locator(".messagelist")).to_contain_text("Published")
    assert Playbook.objects.get(pk=playbook.pk).current.number == 2
    page.get_by_role("button", name="Use this one again").click()
    expect(page.locator(".messagelist")).to_contain_text("In use again")
    after = Playbook.objects.get(pk=playbook.pk)
    assert after.current.number == 1
    assert not after.draft["disqualify_if"]


def test_question_in_vain_is_answered_once_and_known_from_then_on(open_as: OpenAs) -> None:
    phone = open_as(None, "/simulator/")
    phone.locator("details:has(#phone-number) > summary").click()
    phone.locator("#phone-number").fill("+5511966665555")
    write(phone, "Oi, vocês aceitam criptomoeda?")
    asked = wait_for(
        lambda: UnansweredQuestion.objects.filter(text__contains="criptomoeda").first(),
        seconds=20,
        what="the question in the queue",
    )
    page = open_as("manager", f"/admin/agent/unansweredquestion/{asked.pk}/change/")
    page.locator("#id_body").fill("Aceitamos apenas reais.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("knows the answer")
    assert KnowledgeSnippet.objects.filter(body="Aceitamos apenas reais.").exists()
    write(phone, "aceita criptomoedas?")
    expect(phone.locator("#phone-messages")).to_contain_text("Aceitamos apenas reais.")


def test_consultant_asks_why_and_closes_the_conversation(open_as: OpenAs) -> None:
    phone = open_as(None, "/simulator/")
    phone.locator("details:has(#phone-number) > summary").click()
    phone.locator("#phone-number").fill("+5511955554444")
    write(phone, "quero falar com um corretor sobre Moema")
    lead = wait_for(lambda: Lead.objects.filter(phone="+5511955554444").first(), seconds=30, what="the lead")
    owner = wait_for(lambda: Lead.objects.get(pk=lead.pk).consultant, what="its consultant").user.username
    page = open_as(owner, f"/leads/{lead.pk}/")
    page.get_by_text("Why did it say this?").last.click()
    expect(page.locator(".why").last).to_contain_text("quero falar com um corretor sobre Moema")
    expect(page.locator(".why").last).to_contain_text("Needs a person")
    page.locator("[data-hand=close]").click()
    expect(page.locator("#talk-owner")).to_contain_text("This conversation is closed")
    assert Conversation.objects.get(lead=lead).status == "closed"
    phone.locator("#phone-body").fill("só mais uma coisa")
    phone.keyboard.press("Enter")
    wait_for(
        lambda: Conversation.objects.get(lead=lead).status == "transferred", seconds=20, what="reopening"
    )
