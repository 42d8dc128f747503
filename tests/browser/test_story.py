"""The whole story in browsers: a client writes, is qualified, and a consultant answers on a live board."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from leads.models import Lead
from tests.browser.conftest import OpenAs
from tests.browser.desk import card, column, is_live, toast
from tests.stack import wait_for
from whatsapp.models import Conversation

CONSULTANTS = ("ana", "bia", "carlos")
PHONE = "+5511988887777"
ANSWER = 30_000


def write(phone: Page, text: str) -> None:
    """Say it on the phone and wait until the agent has answered."""
    agents = phone.locator('#phone-messages [data-direction="in"]')
    before = agents.count()
    phone.locator("#phone-body").fill(text)
    phone.keyboard.press("Enter")
    expect(phone.locator("#phone-messages")).to_contain_text(text)
    wait_for(lambda: agents.count() > before, seconds=30, what=f"an answer to “{text}”")
    expect(phone.locator("#phone-typing")).to_be_hidden(timeout=ANSWER)


def test_client_is_qualified_and_the_consultant_answers_live(open_as: OpenAs, artifacts: Path) -> None:
    boards = {name: open_as(name) for name in CONSULTANTS}
    for board in boards.values():
        expect(is_live(board)).to_be_visible(timeout=ANSWER)
    phone = open_as(None, "/simulator/")
    phone.locator("details:has(#phone-number) > summary").click()
    phone.locator("#phone-number").fill(PHONE)
    phone.locator("#phone-name").fill("Helena")

    write(phone, "Oi, boa tarde! Quero comprar um apartamento")
    write(phone, "Até 650 mil, na Vila Mariana")
    write(phone, "Meu nome é Helena Duarte")

    lead = wait_for(lambda: Lead.objects.filter(phone=PHONE).first(), seconds=30, what="the lead")
    owner = wait_for(lambda: Lead.objects.get(pk=lead.pk).consultant, what="its consultant").user.username
    board = boards.pop(owner)
    expect(card(board, "Helena Duarte")).to_be_visible(timeout=ANSWER)
    board.screenshot(path=artifacts / "story-1-board.png")
    assert all(not card(other, "Helena Duarte").count() for other in boards.values())

    card(board, "Helena Duarte").get_by_role("link").click()
    log = board.locator("#drawer #log")
    expect(log).to_contain_text("Até 650 mil, na Vila Mariana")
    conversation = Conversation.objects.get(lead=lead)
    assert (conversation.status, conversation.stage) == ("transferred", "qualified")
    board.locator("#reply").fill("Olá, Helena! Podemos visitar no sábado às 10h?")
    board.keyboard.press("Enter")

    expect(phone.locator("#phone-messages")).to_contain_text(
        "Podemos visitar no sábado às 10h?", timeout=ANSWER
    )
    expect(log.locator(".message").last).to_contain_text("Read", timeout=ANSWER)
    board.screenshot(path=artifacts / "story-2-lead.png")
    phone.screenshot(path=artifacts / "story-3-phone.png")

    phone.locator("#phone-body").fill("Sábado às 10h está ótimo!")
    phone.keyboard.press("Enter")
    expect(log).to_contain_text("Sábado às 10h está ótimo!", timeout=ANSWER)
    board.keyboard.press("Escape")
    expect(column(board, "new").locator("[data-waits]").first).to_be_visible(timeout=ANSWER)


def test_consultant_takes_over_and_gives_back(open_as: OpenAs) -> None:
    phone = open_as(None, "/simulator/")
    phone.locator("details:has(#phone-number) > summary").click()
    phone.locator("#phone-number").fill("+5511977776666")
    phone.locator("#phone-name").fill("Otávio")
    write(phone, "Boa noite, quero falar com um corretor, por favor")
    lead = wait_for(lambda: Lead.objects.filter(phone="+5511977776666").first(), seconds=30, what="the lead")
    owner = wait_for(lambda: Lead.objects.get(pk=lead.pk).consultant, what="its consultant").user.username
    page = open_as(owner, f"/leads/{lead.pk}/")

    page.get_by_role("button", name="Return to the agent").click()
    expect(page.get_by_text("The agent is answering")).to_be_visible()
    expect(page.get_by_text("Take over to reply.")).to_be_visible()
    page.get_by_role("button", name="Take over").click()

    expect(page.get_by_text("You are answering")).to_be_visible()
    expect(page.get_by_label("Your reply")).to_be_focused()

    page.get_by_role("button", name="Close conversation").click()
    closed = toast(page, "The conversation is closed.")
    expect(page.get_by_text("This conversation is closed.")).to_be_visible()
    closed.get_by_role("button", name="Open again").click()
    expect(page.get_by_text("You are answering")).to_be_visible()


def test_draft_survives_a_reload_and_belongs_to_its_conversation(open_as: OpenAs) -> None:
    lead = Lead.objects.get(phone=PHONE)
    page = open_as(lead.consultant.user.username, f"/leads/{lead.pk}/")
    page.get_by_label("Your reply").fill("Vou confirmar com o")

    page.reload()

    expect(page.get_by_label("Your reply")).to_have_value("Vou confirmar com o")


def test_reply_that_could_not_be_sent_says_so_and_is_sent_once_on_retry(open_as: OpenAs) -> None:
    lead = Lead.objects.get(phone=PHONE)
    page = open_as(lead.consultant.user.username, f"/leads/{lead.pk}/")
    page.route("**/messages/", lambda route: route.abort())
    page.get_by_label("Your reply").fill("Segue o endereço da visita.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Not sent: no connection")

    page.unroute("**/messages/")
    page.locator("#messages").get_by_role("button", name="Retry").click()

    sent = Conversation.objects.get(lead=lead).messages.filter(body="Segue o endereço da visita.")
    wait_for(sent.count, what="the reply")
    expect(page.locator("#messages")).not_to_contain_text("Not sent")
    assert sent.count() == 1
    page.faults.clear()


def test_board_keys_work_on_after_a_reply_from_the_keyboard(open_as: OpenAs) -> None:
    lead = Lead.objects.get(phone=PHONE)
    page = open_as(lead.consultant.user.username)
    expect(is_live(page)).to_be_visible()
    page.get_by_role("link", name="Helena Duarte").focus()

    page.keyboard.press("r")
    expect(page.get_by_label("Your reply")).to_be_focused()
    page.keyboard.type("Combinado, até sábado.")
    page.keyboard.press("Enter")
    expect(card(page, "Helena Duarte")).to_contain_text("Combinado, até sábado.")
    page.keyboard.press("Escape")

    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.get_by_role("link", name="Helena Duarte")).to_be_focused()


def test_inbox_lists_who_waits_and_opens_beside_the_list(open_as: OpenAs) -> None:
    lead = Lead.objects.get(phone=PHONE)
    page = open_as(lead.consultant.user.username, "/inbox/")

    page.get_by_role("link", name="Helena Duarte").click()

    expect(page.locator("#inbox-pane #log")).to_contain_text("Podemos visitar")
    page.get_by_role("tab", name="Timeline").click()
    expect(page.get_by_role("tabpanel", name="Timeline")).to_contain_text(
        "Handed over to a consultant: qualified"
    )


def test_inbox_is_walked_by_keys_and_none_of_them_is_written_into_the_reply(open_as: OpenAs) -> None:
    lead = Lead.objects.get(phone=PHONE)
    other = Conversation.objects.exclude(lead=lead).filter(lead__isnull=False).get()
    Lead.objects.filter(pk=other.lead_id).update(consultant=lead.consultant)
    page = open_as(lead.consultant.user.username, "/inbox/")
    rows = page.locator("#threads [data-thread-lead]")
    expect(rows).to_have_count(2)

    for at in (0, 1):
        page.keyboard.press("j")
        expect(rows.nth(at)).to_be_focused()
        name = rows.nth(at).inner_text()
        expect(page.locator("#inbox-pane #lead-name")).to_have_text(name)
    page.keyboard.press("k")
    expect(rows.first).to_be_focused()
    expect(page.locator(".thread[aria-current=true] a")).to_have_text(rows.first.inner_text())

    page.keyboard.press("r")
    expect(page.get_by_label("Your reply")).to_be_focused()
    expect(page.get_by_label("Your reply")).not_to_have_value(re.compile("[jkr]$"))
