"""Templates are read from Twilio's Content API: every page, every state, and nothing half done."""

import pytest
from django.urls import reverse

from leads.tests.makers import make_consultant, make_manager
from whatsapp.models import Template
from whatsapp.template_sync import sync_templates
from whatsapp.tests.makers import make_consultant_line, make_line, make_template

pytestmark = pytest.mark.django_db


def test_sync_reads_every_page_with_its_approval(twilio):
    make_line()
    twilio.add_content("Olá {{1}}, visita em {{2}}?", "visit", variables={"1": "Marina", "2": "sábado"})
    twilio.add_content("Oi", "greeting", status="pending")
    twilio.add_content(
        "Compre já", "offer", approval={"status": "rejected", "rejection_reason": "Promotional"}
    )

    assert sync_templates().count == 3

    visit = Template.objects.get(name="visit")
    assert (visit.status, visit.language, visit.category) == ("approved", "pt_BR", "utility")
    assert (visit.body, visit.placeholders) == ("Olá {{1}}, visita em {{2}}?", ["1", "2"])
    assert visit.samples == {"1": "Marina", "2": "sábado"}
    assert Template.objects.get(name="greeting").status == "pending"
    offer = Template.objects.get(name="offer")
    assert (offer.status, offer.rejection_reason) == ("rejected", "Promotional")
    assert [one.path for one in twilio.requests].count("/v1/Content") == 2


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"status": "received"}, "pending"),
        ({"status": "in_appeal"}, "pending"),
        ({"status": "PAUSED"}, "paused"),
        ({"status": "disabled"}, "disabled"),
        ({"status": "unsubmitted"}, "unsubmitted"),
        ({}, "unsubmitted"),
        (None, "unsubmitted"),
    ],
)
def test_sync_knows_what_may_not_be_sent(twilio, said, status):
    make_line()
    twilio.add_content("Oi", approval=said)

    sync_templates()

    assert Template.objects.get().status == status
    assert not Template.objects.sendable().exists()


def test_sync_reads_the_words_and_buttons_of_a_card(twilio):
    make_line()
    shape = {
        "title": "Visita, {{1}}",
        "subtitle": "Até logo",
        "actions": [{"type": "URL", "title": "Mapa", "url": "https://maps.example/{{place}}"}],
    }
    twilio.add_content("", types={"twilio/text": {"body": "plain"}, "twilio/card": shape},
                       approval={"status": "approved", "content_type": "twilio/card"})  # fmt: skip

    sync_templates()

    card = Template.objects.get()
    assert (card.kind, card.body, card.buttons) == ("twilio/card", "Visita, {{1}}\n\nAté logo", ["Mapa"])
    assert card.placeholders == ["1", "place"]


@pytest.mark.parametrize("types", [None, {}, {"twilio/text": None}, {"x": {"actions": ["odd", {}]}}])
def test_sync_takes_odd_contents_without_words(twilio, types):
    make_line()
    twilio.add_content("", types=types)

    assert sync_templates().count == 1
    assert Template.objects.get().body == ""


def test_sync_again_changes_rows_and_says_what_is_gone(twilio):
    make_line()
    kept, dropped = twilio.add_content("Olá"), twilio.add_content("Tchau")
    sync_templates()
    twilio.contents.remove(dropped)
    kept["approval"] = {"status": "paused"}

    sync_templates()

    assert set(Template.objects.values_list("sid", "status", "is_gone")) == {
        (kept["sid"], "paused", False),
        (dropped["sid"], "approved", True),
    }


def test_template_that_is_back_can_be_sent_again(twilio):
    make_line()
    content = twilio.add_content("Olá")
    sync_templates()
    Template.objects.update(is_gone=True)

    sync_templates()

    assert Template.objects.sendable().get().sid == content["sid"]


@pytest.mark.parametrize("failure", ["500", "429"])
def test_sync_that_fails_half_way_changes_nothing(twilio, failure):
    make_line()
    known = make_template()
    twilio.add_content("Olá")
    twilio.behave("ok", failure)

    synced = sync_templates()

    assert (synced.count, list(synced.failed)) == (0, ["Agent"])
    known.refresh_from_db()
    assert not known.is_gone
    assert Template.objects.count() == 1


def test_sync_asks_each_account_once(twilio):
    make_line()
    make_consultant_line(make_consultant())
    twilio.add_content("Olá")

    sync_templates()

    assert [one.path for one in twilio.requests].count("/v1/Content") == 1


def test_sync_keeps_accounts_apart(twilio):
    make_line()
    elsewhere = make_template(account="AC" + "2" * 32)

    sync_templates()

    elsewhere.refresh_from_db()
    assert not elsewhere.is_gone


def test_button_in_the_admin_reads_them(client, twilio):
    make_line()
    twilio.add_content("Olá {{1}}", "hello")
    client.force_login(make_manager())

    page = client.post(reverse("admin:whatsapp_template_sync"), follow=True)

    assert "1 template read." in page.text
    assert "hello" in page.text


def test_button_in_the_admin_says_what_went_wrong(client, twilio):
    make_line()
    twilio.behave("500")
    client.force_login(make_manager())

    page = client.post(reverse("admin:whatsapp_template_sync"), follow=True)

    assert "Agent: " in page.text
    assert "templates read" not in page.text


def test_button_in_the_admin_is_for_managers_and_posts_alone(client, twilio):
    url = reverse("admin:whatsapp_template_sync")
    client.force_login(make_consultant().user)
    assert client.post(url).status_code == 302
    client.force_login(make_manager())
    assert client.get(url).status_code == 405
    assert not twilio.requests
