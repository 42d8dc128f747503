"""The board in real browsers: moving, following others, taking back, undoing, filtering."""

import re

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead
from tests.browser.conftest import OpenAs
from tests.browser.desk import card, column, drag, is_live, make_lead, names_in, toast
from tests.stack import wait_for

SECONDS = 15_000


def open_board(open_as: OpenAs, username: str, path: str = "/", **options: object) -> Page:
    page = open_as(username, path, **options)
    expect(is_live(page)).to_be_visible(timeout=SECONDS)
    return page


def test_drag_to_another_column_is_saved_and_followed_by_another_browser(open_as: OpenAs) -> None:
    lead = make_lead("Drag Dora")
    ana, manager = open_board(open_as, "ana"), open_board(open_as, "manager")

    drag(ana, card(ana, "Drag Dora"), column(ana, "contacted").locator(".cards"))

    expect(column(manager, "contacted").get_by_role("link", name="Drag Dora")).to_be_visible(timeout=SECONDS)
    expect(toast(ana, "Moved Drag Dora to Contacted.")).to_be_visible()
    wait_for(lambda: Lead.objects.get(pk=lead.pk).status_id == "contacted", what="the move")


def test_keyboard_move_keeps_focus_and_is_announced(open_as: OpenAs) -> None:
    make_lead("Keyboard Kim")
    page = open_board(open_as, "ana")
    page.get_by_role("link", name="Keyboard Kim").focus()

    page.keyboard.press("Alt+ArrowRight")

    expect(column(page, "contacted").get_by_role("link", name="Keyboard Kim")).to_be_focused()
    expect(page.locator("#polite")).to_have_text(
        re.compile("Keyboard Kim moved from New to Contacted, position 1 of")
    )
    expect(card(page, "Keyboard Kim")).not_to_have_attribute("data-pending", "")
    for _ in range(2):  # the second while the first is being saved
        page.keyboard.press(">")
    expect(column(page, "proposal").get_by_role("link", name="Keyboard Kim")).to_be_focused()
    wait_for(lambda: Lead.objects.get(name="Keyboard Kim").status_id == "proposal", what="both moves")


def test_order_within_a_column_survives_a_reload(open_as: OpenAs) -> None:
    for name in ("Order One", "Order Two", "Order Three"):
        make_lead(name, consultant="carlos")
    page = open_board(open_as, "carlos")
    assert names_in(page, "new")[:3] == ["Order Three", "Order Two", "Order One"]
    page.get_by_role("link", name="Order One").focus()

    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#polite")).to_have_text("Order One is now at position 2 of 3 in New.")
    expect(card(page, "Order One")).not_to_have_attribute("data-pending", "")
    page.reload()

    assert names_in(page, "new")[:3] == ["Order Three", "Order One", "Order Two"]


def test_move_menu_needs_no_drag_and_no_mouse(open_as: OpenAs) -> None:
    make_lead("Menu Maya")
    page = open_board(open_as, "ana")

    card(page, "Menu Maya").get_by_role("button", name="Move Menu Maya").click()
    page.get_by_role("dialog", name="Move Menu Maya").get_by_role("button", name="Proposal").click()

    expect(column(page, "proposal").get_by_role("link", name="Menu Maya")).to_be_visible()
    expect(card(page, "Menu Maya")).not_to_have_attribute("data-pending", "")
    page.get_by_role("link", name="Menu Maya").focus()
    page.keyboard.press("m")
    choices = page.get_by_role("dialog", name="Move Menu Maya").locator("[data-to]:enabled")
    expect(choices.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(choices.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(column(page, "contacted").get_by_role("link", name="Menu Maya")).to_be_visible()


def test_undo_brings_the_card_back(open_as: OpenAs) -> None:
    lead = make_lead("Undo Uli")
    page = open_board(open_as, "ana")
    page.get_by_role("link", name="Undo Uli").focus()
    page.keyboard.press(">")

    toast(page, "Moved Undo Uli").get_by_role("button", name="Undo").click()

    expect(column(page, "new").get_by_role("link", name="Undo Uli")).to_be_visible()
    expect(toast(page, "Undone: Undo Uli is back in New.")).to_be_visible()
    wait_for(lambda: Lead.objects.get(pk=lead.pk).status_id == "new", what="the undo")

    page.get_by_role("link", name="Undo Uli").click()
    page.locator("#lead-status").select_option(label="Contacted")
    toast(page, "Moved Undo Uli to Contacted.").get_by_role("button", name="Undo").click()
    expect(toast(page, "Undone: Undo Uli is back in New.")).to_be_visible()
    wait_for(lambda: Lead.objects.get(pk=lead.pk).status_id == "new", what="the undo from the lead")


def test_refused_move_rolls_back_that_card_alone(open_as: OpenAs) -> None:
    """A board without live updates is old; the server refuses what it did not know."""
    make_lead("Stale Stella")
    make_lead("Other Olga")
    deaf = open_as("ana", "about:blank")
    deaf.route_web_socket("**/ws/board/", lambda socket: socket.close(code=1001))
    deaf.route("**/api/board/changes/*", lambda route: route.abort())
    deaf.goto("/")
    manager = open_board(open_as, "manager")
    manager.get_by_role("link", name="Stale Stella").focus()
    manager.keyboard.press(">")
    expect(column(manager, "contacted").get_by_role("link", name="Stale Stella")).to_be_visible()
    wait_for(lambda: Lead.objects.get(name="Stale Stella").status_id == "contacted", what="the first move")
    deaf.get_by_role("link", name="Other Olga").focus()
    deaf.keyboard.press(">")
    expect(toast(deaf, "Moved Other Olga")).to_be_visible()

    deaf.get_by_role("link", name="Stale Stella").focus()
    deaf.keyboard.press("m")
    deaf.get_by_role("dialog", name="Move Stale Stella").get_by_role("button", name="Won").click()

    expect(toast(deaf, "Somebody moved this lead a moment ago")).to_be_visible()
    expect(column(deaf, "contacted").get_by_role("link", name="Stale Stella")).to_be_visible(timeout=SECONDS)
    expect(column(deaf, "contacted").get_by_role("link", name="Other Olga")).to_be_visible()
    deaf.faults.clear()


def test_move_without_a_connection_goes_back_and_offers_retry(open_as: OpenAs) -> None:
    lead = make_lead("Network Nora")
    page = open_board(open_as, "ana")
    page.route("**/move/", lambda route: route.abort())
    page.get_by_role("link", name="Network Nora").focus()
    page.keyboard.press(">")
    refused = toast(page, "Couldn’t save the move. Network Nora is back in New.")
    expect(refused).to_be_visible()
    expect(column(page, "new").get_by_role("link", name="Network Nora")).to_be_visible()

    page.unroute("**/move/")
    refused.get_by_role("button", name="Retry").click()

    expect(column(page, "contacted").get_by_role("link", name="Network Nora")).to_be_visible()
    wait_for(lambda: Lead.objects.get(pk=lead.pk).status_id == "contacted", what="the retried move")
    page.faults.clear()


def test_reassigned_lead_leaves_one_board_and_enters_the_other(open_as: OpenAs) -> None:
    lead = make_lead("Given Greta")
    ana, bia, manager = (open_board(open_as, name) for name in ("ana", "bia", "manager"))
    manager.get_by_role("link", name="Given Greta").click()

    manager.locator("#lead-consultant").select_option(label="Bia Martins")

    expect(bia.get_by_role("link", name="Given Greta")).to_be_visible(timeout=SECONDS)
    expect(toast(bia, "New lead for you: Given Greta")).to_be_visible()
    expect(ana.locator(f"#lead-{lead.pk}")).to_have_count(0, timeout=SECONDS)


def test_board_that_was_offline_catches_up(open_as: OpenAs) -> None:
    make_lead("Sleep Sofia")
    ana, manager = open_board(open_as, "ana"), open_board(open_as, "manager")
    ana.context.set_offline(True)
    ana.evaluate("dispatchEvent(new Event('offline'))")
    expect(ana.locator("#live")).to_have_attribute("data-state", "offline")
    manager.get_by_role("link", name="Sleep Sofia").focus()
    manager.keyboard.press(">")
    expect(toast(manager, "Moved Sleep Sofia")).to_be_visible()

    ana.context.set_offline(False)

    expect(column(ana, "contacted").get_by_role("link", name="Sleep Sofia")).to_be_visible(timeout=SECONDS)
    ana.faults.clear()


def test_new_lead_form_makes_a_card_and_says_what_is_wrong(open_as: OpenAs) -> None:
    colleagues = make_lead("Form Fritz", "bia")
    page = open_board(open_as, "ana", viewport={"width": 360, "height": 740})
    expect(page.get_by_role("button", name="Lead", exact=True)).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator("#board").evaluate("(board) => board.scrollWidth <= board.clientWidth")
    page.keyboard.press("n")
    form = page.get_by_role("dialog", name="New lead")
    form.get_by_label("Name").fill("Form Fabi")
    form.get_by_label("Phone").fill("12")
    form.get_by_role("button", name="Create lead").click()
    expect(form.locator("[aria-invalid=true]").first).to_be_focused()

    form.get_by_label("Phone").fill("+55 11 99123-4567")
    form.get_by_role("button", name="Create lead").click()

    expect(column(page, "new").get_by_role("link", name="Form Fabi")).to_be_visible(timeout=SECONDS)
    expect(toast(page, "Lead created: Form Fabi")).to_be_visible()

    for phone, said in (
        (colleagues.phone, "is a colleague’s lead"),
        ("11 99123-4567", "Form Fabi is a lead already"),
    ):
        page.keyboard.press("n")
        form.get_by_label("Name").fill("Form Fabian")
        form.get_by_label("Phone").fill(phone)
        form.get_by_role("button", name="Create lead").click()
        expect(toast(page, said)).to_be_visible()
    page.faults.clear()


def test_filter_is_in_the_address_and_holds_for_live_changes(open_as: OpenAs) -> None:
    make_lead("Filter Flora", city="Recife")
    make_lead("Hidden Hugo")
    page = open_board(open_as, "ana")

    page.get_by_label("Search leads").fill("flora")
    expect(page.get_by_role("link", name="Hidden Hugo")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?q=flora$"))
    page.reload()
    expect(page.get_by_role("link", name="Filter Flora")).to_be_visible()
    page.get_by_role("link", name="Clear").click()

    expect(page.get_by_role("link", name="Hidden Hugo")).to_be_visible()


def test_long_column_loads_more(open_as: OpenAs) -> None:
    for number in range(28):
        make_lead(f"Many {number:02}", consultant="bia")
    page = open_board(open_as, "bia")
    cards = column(page, "new").locator(".card")
    expect(cards).to_have_count(25)
    # Who hears the board is told of all cards, loaded or not
    all_of_them = column(page, "new").locator("[data-count-of]").inner_text()
    cards.nth(1).get_by_role("link").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#polite")).to_have_text(re.compile(f"position 1 of {all_of_them} in New"))
    expect(column(page, "new").locator("[data-pending]")).to_have_count(0)

    column(page, "new").get_by_role("button", name="Load more").click()

    assert wait_for(lambda: cards.count() >= 28, what="the rest of the column")
    expect(column(page, "new").get_by_role("button", name="Load more")).to_have_count(0)


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>"])
def test_names_are_text_wherever_they_are_shown(open_as: OpenAs, name: str) -> None:
    lead = make_lead(name)
    page = open_board(open_as, "ana")
    page.on("dialog", lambda dialog: page.faults.append("a script ran"))

    page.locator(f"#lead-{lead.pk} .card-link").click()
    expect(page.locator("#lead-name")).to_have_text(name)
    page.locator("#drawer").get_by_label("Status").select_option("won")

    expect(toast(page, f"Moved {name} to Won.")).to_be_visible()


def test_move_after_the_session_ended_leads_to_the_login(open_as: OpenAs) -> None:
    lead = make_lead("Ended Ed")
    page = open_board(open_as, "ana")
    page.context.clear_cookies()

    page.locator(f"#lead-{lead.pk} .card-link").focus()
    page.keyboard.press("Alt+ArrowRight")

    expect(is_live(page)).to_have_count(0)
    expect(page).to_have_url(re.compile("/login/"))
    page.faults.clear()  # the refusal itself


def test_quick_swipe_scrolls_and_long_press_drags_on_a_phone(open_as: OpenAs) -> None:
    lead = make_lead("Touch Tina")
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = open_board(open_as, "ana", **phone, reduced_motion="no-preference")
    box = page.locator(f"#lead-{lead.pk}").bounding_box()
    touch = page.context.new_cdp_session(page)
    x, y = box["x"] + 60, box["y"] + 20

    def send(kind: str, *points: tuple[float, float]) -> None:
        facts = {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]}
        touch.send("Input.dispatchTouchEvent", facts)

    send("touchStart", (x, y))
    send("touchMove", (x, y + 60))
    send("touchEnd")
    page.wait_for_timeout(400)
    expect(page.locator("html[data-dragging]")).to_have_count(0)

    send("touchStart", (x, y))
    page.wait_for_timeout(400)  # a press this long picks the card up
    for by in range(4, 60, 8):
        send("touchMove", (x, y + by))
    expect(page.locator("html[data-dragging]")).to_have_count(1)
    send("touchEnd")
