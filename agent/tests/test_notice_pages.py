"""The page about being told, the devices, the tests of each channel, and what managers see of failures."""

from datetime import time

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from agent import push_keys, telling
from agent.models import Notification, PushSubscription
from agent.tests.push_double import Browser, as_text
from agent.tests.telling_makers import owe, state_of, tell
from leads.models import Consultant, Notice, NoticePreferences
from leads.tests.makers import make_consultant, make_manager

pytestmark = pytest.mark.django_db
PAGE = "/me/notifications/"
ALL_ON = {"by_app": "on", "by_push": "on", "by_email": "on", "by_whatsapp": "on"}


@pytest.fixture
def ana() -> Consultant:
    return make_consultant("ana")


@pytest.fixture
def desk(client: Client, ana: Consultant) -> Client:
    client.force_login(ana.user)
    return client


def subscription_of(browser: Browser, endpoint: str = "https://push.example.com/send/abc") -> dict:
    return {"endpoint": endpoint, "keys": {"p256dh": browser.p256dh, "auth": as_text(browser.auth)}}


def post(desk: Client, facts: dict):
    return desk.post("/api/push/subscriptions/", facts, content_type="application/json")


# The page


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}lately/"])
def test_page_without_login_leads_to_the_login(client, path):
    assert client.get(path).url.startswith("/login/")


def test_choices_are_saved_and_shown_again(desk, ana):
    chosen = {
        "by_app": "on",
        "has_sound": "on",
        "phone": "(11) 95555-4444",
        "quiet_from": "22:00",
        "quiet_until": "07:30",
    }
    assert desk.post(PAGE, chosen).status_code == 302
    kept = NoticePreferences.objects.get(user=ana.user)
    assert (kept.by_app, kept.has_sound, kept.by_push, kept.by_email, kept.by_whatsapp) == (
        True,
        True,
        False,
        False,
        False,
    )
    assert (kept.quiet_from, kept.quiet_until) == (time(22), time(7, 30))
    ana.refresh_from_db()
    assert ana.phone == "+5511955554444"
    html = desk.get(PAGE).content.decode()
    for part in ('value="22:00"', 'value="07:30"', 'value="+5511955554444"'):
        assert part in html


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_from": "22:00", "quiet_until": ""},
        {"quiet_from": "22:00", "quiet_until": "22:00"},
        {"quiet_from": "25:99", "quiet_until": "07:00"},
        {"phone": "call me"},
    ],
)
def test_choices_that_make_no_sense_are_refused_and_nothing_is_saved(desk, ana, wrong):
    response = desk.post(PAGE, ALL_ON | wrong)
    assert response.status_code == 422
    assert not NoticePreferences.objects.exists()
    ana.refresh_from_db()
    assert ana.phone == ""


def test_page_of_a_manager_who_is_no_consultant_offers_no_number(client):
    client.force_login(make_manager("boss"))
    html = client.get(PAGE).content.decode()
    assert 'name="phone"' not in html
    assert client.post(PAGE, ALL_ON).status_code == 302


def test_page_shows_what_did_not_arrive_and_why(desk, ana, mail_server):
    mail_server.behaviours.append("refuse:550")
    owe(ana)
    tell()
    html = desk.get(PAGE).content.decode()
    assert "The last one did not arrive:" in html
    assert "SMTP 550" in html
    owe(ana)
    tell()
    assert "The last one did not arrive:" not in desk.get(PAGE).content.decode()


def test_page_says_where_a_letter_went_no_further_than_the_log(desk, ana, settings):
    owe(ana)
    tell()
    assert "E-mail: Sent" in desk.get(PAGE).content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "E-mail: Written to the log" in desk.get(PAGE).content.decode()


def test_page_asks_the_same_number_of_queries_for_one_and_for_many_notices(
    desk, ana, django_assert_max_num_queries
):
    for _ in range(12):
        owe(ana)
    tell()
    with django_assert_max_num_queries(16):
        desk.get(PAGE)


# Tests of a channel


def test_test_of_a_channel_reaches_that_channel_alone_even_in_quiet_hours(desk, ana):
    now = timezone.localtime()
    NoticePreferences.objects.create(
        user=ana.user, quiet_from=time(0), quiet_until=time(23, 59) if now.hour else time(23)
    )
    assert desk.post(f"{PAGE}test/", {"channel": "email"}).status_code == 302
    telling.deliver_notifications()
    (letter,) = mail.outbox
    assert letter.subject == "This is a test"
    assert list(Notification.objects.values_list("channel", "state")) == [("email", "sent")]
    assert Notice.objects.get().seen_at is not None


@pytest.mark.parametrize("channel", ["push", "whatsapp", "pigeon", ""])
def test_test_of_a_channel_that_reaches_nobody_is_refused(desk, channel):
    response = desk.post(f"{PAGE}test/", {"channel": channel}, headers={"accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert not Notice.objects.exists()


def test_test_right_after_another_is_refused(desk):
    for expected in (204, 409):
        response = desk.post(f"{PAGE}test/", {"channel": "app"}, headers={"accept": "application/json"})
        assert response.status_code == expected


# Devices


def test_subscription_of_a_browser_is_kept_once_and_listed(desk, ana):
    browser = Browser()
    first, again = post(desk, subscription_of(browser)), post(desk, subscription_of(browser))
    assert (first.status_code, again.status_code) == (201, 200)
    row = PushSubscription.objects.get()
    assert (row.user, row.server_key) == (ana.user, push_keys.public_key())
    facts = desk.get("/api/push/").json()
    assert facts["public_key"] == push_keys.public_key()
    assert [device["id"] for device in facts["devices"]] == [row.pk]


def test_subscription_of_a_browser_that_a_colleague_used_before_moves_over(desk, client, ana):
    browser = Browser()
    post(desk, subscription_of(browser))
    bia = make_consultant("bia")
    client.force_login(bia.user)
    assert post(client, subscription_of(browser)).status_code == 200
    assert PushSubscription.objects.get().user == bia.user


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/abc",
        "https://127.0.0.1/abc",
        "https://localhost/abc",
        "https://10.0.0.1/abc",
        "https://[::1]/abc",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@push.example.com/abc",
        "https://push.example.com:99999/abc",
        "ftp://push.example.com/abc",
        "push.example.com/abc",
        "https://",
        "https://[/abc",
        "javascript:alert(1)",
    ],
)
def test_subscription_with_an_address_that_is_no_push_services_is_refused(desk, endpoint):
    response = post(desk, subscription_of(Browser(), endpoint))
    assert (response.status_code, list(response.json()["fields"])) == (422, ["endpoint"])
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "AAAA", "auth": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"p256dh": "!!", "auth": "!!"},
        {"p256dh": Browser().p256dh, "auth": "AAAA"},
        {"p256dh": Browser().p256dh, "auth": "ç" * 16},
    ],
)
def test_subscription_with_keys_that_are_none_is_refused(desk, keys):
    response = post(desk, {"endpoint": "https://push.example.com/abc", "keys": keys})
    assert response.status_code in (400, 422)
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"endpoint": "https://push.example.com/a"}, {"endpoint": 1, "keys": 2}, []]
)
def test_subscription_without_its_parts_is_refused(desk, body):
    assert post(desk, body).status_code in (400, 422)


def test_subscriptions_beyond_ten_forget_the_oldest(desk, ana):
    for number in range(12):
        post(desk, subscription_of(Browser(), f"https://push.example.com/{number}"))
    kept = PushSubscription.objects.filter(user=ana.user).order_by("pk")
    assert [row.endpoint[-2:] for row in kept] == [f"/{n}" if n < 10 else str(n) for n in range(2, 12)]


def test_unsubscribing_forgets_ones_own_browser_alone(desk, client, ana):
    post(desk, subscription_of(Browser()))
    endpoint = PushSubscription.objects.get().endpoint
    stranger = Client()
    stranger.force_login(make_consultant("bia").user)
    facts = {"endpoint": endpoint}
    stranger.delete("/api/push/subscriptions/", facts, content_type="application/json")
    row = PushSubscription.objects.get()
    assert stranger.delete(f"/api/push/subscriptions/{row.pk}/").status_code == 404
    assert desk.delete("/api/push/subscriptions/", facts, content_type="application/json").status_code == 204
    assert not PushSubscription.objects.exists()


def test_device_is_removed_on_the_page(desk, ana):
    post(desk, subscription_of(Browser()))
    row = PushSubscription.objects.get()
    desk.post(f"{PAGE}forget/", {"device": row.pk})
    assert not PushSubscription.objects.exists()


def test_service_worker_may_speak_for_every_page(client):
    response = client.get("/push-worker.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response.headers["Cache-Control"]
    assert b"showNotification" in response.content


def test_manifest_makes_the_page_installable(client):
    facts = client.get("/manifest.webmanifest").json()
    assert (facts["display"], facts["start_url"]) == ("standalone", "/")


# Managers


def test_failures_are_listed_for_managers_and_can_be_sent_again(client, ana, mail_server):
    mail_server.behaviours.append("refuse:550")
    notice = owe(ana)
    tell()
    client.force_login(make_manager("boss"))
    failed = Notification.objects.get(channel="email")
    html = client.get("/admin/agent/notification/?state__in=failed,unknown").content.decode()
    assert "SMTP 550" in html
    action = {"action": "send_again", "_selected_action": [failed.pk]}
    client.post("/admin/agent/notification/", action)
    assert telling.deliver_notifications() == 1
    assert state_of(notice, "email") == ("sent", "")


def test_overview_of_managers_says_how_many_were_not_told(client, ana, mail_server):
    mail_server.behaviours.append("refuse:550")
    owe(ana)
    tell()
    client.force_login(make_manager("boss"))
    assert "1 notice to a colleague did not arrive" in client.get("/admin/").content.decode()
