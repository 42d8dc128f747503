"""The managers' pages: secrets stay inside, actions go through the services."""

import pytest
from django.urls import reverse

from leads.tests.makers import make_consultant, make_manager
from whatsapp import chat_index, sessions
from whatsapp.accounts import account_of
from whatsapp.admin.lines import LineForm
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services import send
from whatsapp.sweeps import rebuild_chat_lists, recover_lost
from whatsapp.tests.makers import (
    chat_keys,
    inbound_form,
    known_lead,
    lose_chat_lists,
    make_consultant_line,
    make_conversation,
    make_line,
    make_template,
    redis_away,
)

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
    line = make_line(next_auth_token="first secret", auth_token="kept")
    LineForm(form_data(next_auth_token=given), instance=line).save()

    line.refresh_from_db()
    assert (line.next_auth_token, line.auth_token) == (kept, "kept")


def test_line_form_wants_the_token_of_an_account_of_its_own():
    """Without it no webhook would be believed and no message leave."""
    assert "auth_token" in LineForm(form_data()).errors
    assert LineForm(form_data(auth_token="x")).is_valid()
    assert "auth_token" in LineForm(form_data(auth_token="-"), instance=make_line(auth_token="x")).errors


def test_line_with_the_environments_account_named_uses_its_token(settings):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "of the environment"
    form = LineForm(form_data(next_auth_token="next"))

    assert form.is_valid(), form.errors
    account = account_of(form.save())
    assert (account.sid, account.token) == ("AC1", "of the environment")
    assert account.signing_secrets == ("of the environment", "next")


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


def own_line_with_a_lead_and_a_stranger() -> Line:
    known_lead(phone="+5511987654321")
    line = make_consultant_line(make_consultant("ana"))
    forms = [
        inbound_form("Quero visitar", To=line.address),
        inbound_form("Um segredo", To=line.address, From="whatsapp:+5521955554444"),
    ]
    sessions.take_in(line, [InboundMessage.parse(form) for form in forms])
    return line


def give_to(client, line: Line, username: str):
    facts = {"name": line.name, "address": line.address, "kind": "consultant", "is_active": "on"}
    facts |= {"default_country": "BR", "consultant": make_consultant(username).pk}
    return client.post(reverse("admin:whatsapp_line_change", args=[line.pk]), facts)


def test_line_that_gets_another_consultant_leaves_private_chats_behind(client, manager, twilio):
    line = own_line_with_a_lead_and_a_stranger()
    record = twilio.accept({"From": "whatsapp:+5521955554444", "To": line.address, "Body": "Um segredo"})
    record |= {"direction": "inbound", "status": "received"}

    assert give_to(client, line, "bia").status_code == 302
    rebuild_chat_lists()

    line.refresh_from_db()
    assert line.consultant.user.username == "bia"
    assert [chat.entry.text for chat in chat_index.page(line.pk)] == ["Quero visitar"]
    assert not [key for key in chat_keys() if ":said:" in key]

    lose_chat_lists()
    rebuild_chat_lists()
    recover_lost()
    assert [chat.entry.text for chat in chat_index.page(line.pk)] == ["Quero visitar"]


def test_line_keeps_its_consultant_where_private_chats_cannot_be_removed(client, manager, settings):
    line = own_line_with_a_lead_and_a_stranger()

    with redis_away(settings):
        page = give_to(client, line, "bia").content.decode()

    line.refresh_from_db()
    assert line.consultant.user.username == "ana"
    assert "cannot be removed just now" in page


def test_conversation_and_template_pages_tell_codes_in_words(client, manager):
    conversation = make_conversation()
    Conversation.objects.update(handoff_reason="asked_human")
    send(conversation, ["Oi!"], author=Message.Author.AGENT)
    make_template(language="pt_BR", category="utility")
    Message.objects.filter(direction="out").update(status="failed", error_code="63024", kind="audio", body="")
    thread = client.get(f"/admin/whatsapp/conversation/{conversation.pk}/change/").content.decode()
    messages = client.get("/admin/whatsapp/message/").content.decode()
    templates = client.get("/admin/whatsapp/template/").content.decode()

    assert "asked for a person" in thread
    for page in (thread, messages):
        assert "This number is not on WhatsApp." in page
        assert "Voice note" in page
        assert "[audio]" not in page
    assert ">Portuguese (pt_BR)<" in templates
    assert ">Utility<" in templates
