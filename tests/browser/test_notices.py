"""Being told: toasts and the bell on the desk, what was missed, a pushed notification, the page of choices."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from playwright.sync_api import Page, WebSocketRoute, expect

from leads.models import Lead, Notice, NoticePreferences, User
from leads.services import notices
from leads.signals import notice_owed
from tests.browser.conftest import OpenAs
from tests.browser.desk import card, is_live, make_lead, toast
from tests.stack import Stack, wait_for


@pytest.fixture(autouse=True)
def _heard_by_the_stack(stack: Stack, settings: Any) -> None:
    """What this process announces reaches the sockets of the running system."""
    settings.REDIS_PREFIX = stack.environment["REDIS_PREFIX"]


def open_desk(open_as: OpenAs, username: str, path: str = "/", **options: object) -> Page:
    page = open_as(username, path, **options)
    expect(is_live(page)).to_be_visible()
    return page


def warn(username: str, lead: Lead, key: str) -> None:
    user = User.objects.get(username=username)
    notices.notify(user_id=user.pk, kind="warned", key=key, lead=lead, facts={"minutes": 5})


def test_new_lead_is_one_toast_and_one_on_the_bell_until_it_is_opened(open_as: OpenAs) -> None:
    page = open_desk(open_as, "carlos")
    make_lead("Bell Bruna", consultant="carlos")

    expect(toast(page, "New lead for you: Bell Bruna")).to_have_count(1)
    expect(page.locator("#unseen-count [data-number]")).to_have_text("1")

    card(page, "Bell Bruna").get_by_role("link").click()
    expect(page.locator("#lead-name")).to_have_text("Bell Bruna")
    expect(page.locator("#unseen-count")).to_be_hidden()
    page.reload()
    expect(page.locator("#unseen-count")).to_be_hidden()


def test_warning_names_the_lead_and_opens_it(open_as: OpenAs) -> None:
    lead = make_lead("Waiting Wanda", consultant="bia")
    page = open_desk(open_as, "bia")
    warn("bia", lead, "warned:open")

    told = toast(page, "Waiting Wanda waits for your first reply. Reply within 5 minutes")
    told.get_by_role("button", name="Open").click()
    expect(page.locator("#lead-name")).to_have_text("Waiting Wanda")


def test_bell_opened_by_keyboard_lists_and_sees_everything(open_as: OpenAs) -> None:
    lead = make_lead("Listed Lia", consultant="bia")
    warn("bia", lead, "warned:list")
    page = open_desk(open_as, "bia")
    expect(page.locator("#unseen-count")).to_be_visible()

    page.locator("#bell").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#notice-list")).to_contain_text("Listed Lia waits for your first reply")
    expect(page.locator("#unseen-count")).to_be_hidden()
    wait_for(lambda: not Notice.objects.filter(user__username="bia", seen_at=None).exists(), what="seeing")
    page.keyboard.press("Escape")
    expect(page.locator("#notices")).to_be_hidden()
    page.reload()
    expect(page.locator("#unseen-count")).to_be_hidden()


def test_notice_that_was_missed_is_told_when_the_connection_is_back(open_as: OpenAs) -> None:
    sockets: list[WebSocketRoute] = []

    def let_through(route: WebSocketRoute) -> None:
        route.connect_to_server()
        sockets.append(route)

    lead = make_lead("Missed Mia", consultant="bia")
    page = open_as("bia", "/login/")
    page.route_web_socket("**/ws/board/", let_through)
    page.goto("/")
    expect(is_live(page)).to_be_visible()
    user = User.objects.get(username="bia")
    Notice.objects.create(user=user, kind="warned", key="warned:missed", lead=lead, state="told")
    sockets[-1].close(code=4012)

    expect(toast(page, "Missed Mia waits for your first reply")).to_be_visible()


def test_notice_that_was_written_first_and_is_told_second_is_heard_too(open_as: OpenAs) -> None:
    page = open_desk(open_as, "bia")
    user, overtaken = User.objects.get(username="bia"), make_lead("Overtaken Olga", consultant="bia")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('leads_notice', 'id'))")
        (early_id,) = cursor.fetchone()
    warn("bia", make_lead("Faster Fia", consultant="bia"), "warned:faster")
    expect(toast(page, "Faster Fia waits for your first reply")).to_be_visible()

    early = Notice.objects.create(pk=early_id, user=user, kind="warned", key="warned:early", lead=overtaken)
    for _ in range(2):
        notice_owed.send(sender=None, notice_id=early.pk, user_id=user.pk, kind=early.kind)

    expect(toast(page, "Overtaken Olga waits for your first reply")).to_have_count(1)


def test_app_switched_off_shows_no_toast_but_keeps_the_bell(open_as: OpenAs) -> None:
    carlos = User.objects.get(username="carlos")
    notices.choose(carlos, by_app=False)
    page = open_desk(open_as, "carlos", "/inbox/")
    before = int(page.locator("#bell").get_attribute("data-newest") or 0)
    warn("carlos", make_lead("Quiet Quim", consultant=""), "warned:quiet")

    expect(page.locator("#unseen-count")).to_be_visible()
    expect(toast(page, "Quiet Quim")).to_have_count(0)
    assert Notice.objects.filter(user=carlos, pk__gt=before).exists()
    NoticePreferences.objects.filter(user=carlos).delete()


def test_sound_follows_the_person_to_another_browser(open_as: OpenAs) -> None:
    page = open_desk(open_as, "ana")
    page.locator("#me summary").click()
    page.get_by_role("button", name="Sound for new leads").click()
    expect(toast(page, "Sound is on")).to_be_visible()

    other = open_desk(open_as, "ana", "/inbox/")
    expect(other.locator("#bell")).to_have_attribute("data-sound", "on")


def test_choices_are_reached_from_the_menu_and_saved(open_as: OpenAs) -> None:
    page = open_desk(open_as, "ana", viewport={"width": 390, "height": 800})
    page.locator("#me summary").click()
    page.locator("#me").get_by_role("link", name="How you are told").click()
    page.get_by_label("From", exact=True).fill("22:00")
    page.get_by_label("Until", exact=True).fill("07:00")
    page.get_by_label("Your number").fill("11 95555-4444")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_label("Your number")).to_have_value("+5511955554444")
    expect(page.get_by_label("Until", exact=True)).to_have_value("07:00")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_test_of_the_app_shows_its_toast_on_the_same_page(open_as: OpenAs) -> None:
    page = open_desk(open_as, "manager", "/me/notifications/")
    page.get_by_role("button", name="Send a test In the app").click()

    expect(toast(page, "This is a test")).to_be_visible()
    expect(page.locator("#told-lately")).to_contain_text("In the app: Sent")


def test_pushed_notification_is_shown_and_knows_its_lead(open_as: OpenAs) -> None:
    page = open_desk(open_as, "ana")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    page.context.grant_permissions(["notifications"], origin=origin)
    devtools = page.context.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.evaluate(
        "navigator.serviceWorker.register('/push-worker.js').then(() => navigator.serviceWorker.ready)"
    )
    facts = {"title": "New lead: Pushed Pia", "body": "Hot", "tag": "notice-1", "url": "/leads/1/"}

    def shown() -> list[list[str]]:
        return page.evaluate(
            """navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
                .then((all) => all.map((one) => [one.title, one.body, one.tag, one.data.url]))"""
        )

    def is_shown_alone() -> bool:
        """The browser drops a push to a worker that it has not started yet: this one is as good a second time."""
        if shown() == [list(facts.values())]:
            return True
        push = {"origin": origin, "registrationId": registrations[-1], "data": json.dumps(facts)}
        devtools.send("ServiceWorker.deliverPushMessage", push)
        page.wait_for_timeout(500)
        return False

    wait_for(lambda: page.wait_for_timeout(100) or registrations, what="the worker's registration")
    for body in ("Hot", "Still hot"):
        facts["body"] = body
        wait_for(is_shown_alone, what="the notification")
