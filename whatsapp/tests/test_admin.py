"""The managers' pages: secrets stay inside, actions go through the services."""

import pytest
from django.urls import reverse

from leads.tests.makers import make_manager
from whatsapp.admin.lines import LineForm
from whatsapp.models import Conversation, Line, Message
from whatsapp.services import send
from whatsapp.tests.makers import make_conversation, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    user = make_manager()
    client.force_login(user)
    return user


def form_data(**over) -> dict[str, str]:
    return {
        "name": "Agent",
        "address": "+1 (415) 523-8886",
        "kind": "agent",
        "is_active": "on",
        "default_country": "BR",
        "default_language": "pt-BR",
        "account_sid": "AC1",
    } | over


def test_line_form_folds_the_address_and_keeps_an_empty_secret():
    line = make_line(auth_token="first secret")

    form = LineForm(form_data(), instance=line)

    assert form.is_valid(), form.errors
    form.save()
    line.refresh_from_db()
    assert (line.address, line.auth_token) == ("whatsapp:+14155238886", "first secret")


@pytest.mark.parametrize(("given", "kept"), [("second", "second"), ("-", "")])
def test_line_form_replaces_or_removes_a_secret(given, kept):
    line = make_line(auth_token="first secret")
    LineForm(form_data(auth_token=given), instance=line).save()

    line.refresh_from_db()
    assert line.auth_token == kept


def test_line_form_refuses_what_is_no_number():
    assert "address" in LineForm(form_data(address="call me")).errors


def test_line_page_never_shows_a_secret(client, manager):
    line = make_line(auth_token="hush-hush-hush")

    page = client.get(reverse("admin:whatsapp_line_change", args=[line.pk])).content.decode()

    assert "hush-hush-hush" not in page
    assert "#rc=5&amp;rp=all" in page


@pytest.mark.parametrize("model", ["line", "conversation", "message", "consentevent", "statusreport"])
def test_lists_open_and_can_be_searched(client, manager, model):
    make_conversation(body="PARAR")

    assert client.get(reverse(f"admin:whatsapp_{model}_changelist"), {"q": "5511"}).status_code == 200


def test_check_lines_says_what_twilio_says(client, manager, twilio, settings):
    line = make_line()
    url = reverse("admin:whatsapp_line_changelist")
    action = {"action": "check_lines", "_selected_action": [line.pk]}

    assert "The account is active" in client.post(url, action, follow=True).content.decode()
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    assert "cannot be reached" in client.post(url, action, follow=True).content.decode()


def test_take_over_action_hands_the_conversation_over(client, manager):
    conversation = make_conversation()

    client.post(
        reverse("admin:whatsapp_conversation_changelist"),
        {"action": "take_over", "_selected_action": [str(conversation.pk)]},
    )

    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.TRANSFERRED


def test_retry_action_sends_failed_messages_again(client, manager):
    [message] = send(make_conversation(), ["Olá"], author="agent")
    Message.objects.filter(pk=message.pk).update(status="failed")

    client.post(
        reverse("admin:whatsapp_message_changelist"),
        {"action": "retry", "_selected_action": [str(message.pk)]},
    )

    assert Message.objects.get(retry_of=message).status == "queued"
    assert Line.objects.count() == 1


def cloud_form(**over) -> dict[str, str]:
    facts = {"transport": "cloud", "phone_number_id": "106540352242922", "business_account_id": "1022"}
    secrets = {"access_token": "EAAJ", "app_secret": "hush", "verify_token": "word"}
    return form_data(**facts | secrets | over)


def test_line_form_takes_a_line_at_meta():
    form = LineForm(cloud_form())

    assert form.is_valid(), form.errors
    assert form.save().transport == Line.Transport.CLOUD


@pytest.mark.parametrize(
    "missing", ["phone_number_id", "business_account_id", "access_token", "app_secret", "verify_token"]
)
def test_line_form_needs_all_that_meta_needs(missing):
    assert list(LineForm(cloud_form(**{missing: ""})).errors) == [missing]


def test_line_form_keeps_metas_secrets_and_never_shows_them(client, manager):
    line = make_line(
        transport="cloud", access_token="EAAJ-hush", app_secret="hush-app", verify_token="hush-word"
    )
    facts = cloud_form(access_token="", app_secret="", verify_token="")

    LineForm(facts, instance=line).save()

    line.refresh_from_db()
    assert (line.access_token, line.app_secret) == ("EAAJ-hush", "hush-app")
    page = client.get(reverse("admin:whatsapp_line_change", args=[line.pk])).text
    assert "hush" not in page
    assert "/webhooks/whatsapp/cloud/" in page
