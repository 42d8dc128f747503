"""Templates: which one is chosen, what its variables may be, and that it leaves as Twilio wants it."""

import json

import pytest
from django.utils import timezone

from leads.errors import InvalidError, NotFoundError
from leads.tests.makers import make_consultant, make_manager
from whatsapp import delivery, window
from whatsapp.models import Conversation, Message, Template
from whatsapp.services import retry_message, send_template_to
from whatsapp.services.templates import check_variables, find_template, offer_templates
from whatsapp.tests.makers import (
    CLIENT,
    known_lead,
    make_consultant_line,
    make_conversation,
    make_line,
    make_template,
)

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = CLIENT.removeprefix("whatsapp:")


def send_to(line, **over) -> Message:
    facts = {"phone": PHONE, "template": "follow_up", "variables": {"1": "Marina", "2": "Ana"}}
    return send_template_to(line=line, **facts | over)


def close_window(conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(window_closed_early=True)


def test_template_leaves_as_content_sid_with_variables_as_json(twilio):
    make_template()
    message = send_to(make_line())

    delivery.deliver_due(seconds=0.2)

    (sent,) = twilio.accepted
    assert sent["content_sid"] == Template.objects.get().sid
    assert json.loads(sent["content_variables"]) == {"1": "Marina", "2": "Ana"}
    (posted,) = [one.form for one in twilio.requests if one.method == "POST"]
    assert "Body" not in posted
    message.refresh_from_db()
    assert (message.status, message.kind, message.body) == ("sent", "template", "Olá Marina, aqui é Ana.")


def test_template_without_variables_sends_none(twilio):
    make_template(name="hello", body="Olá!")
    send_to(make_line(), template="hello", variables={})

    delivery.deliver_due(seconds=0.2)

    (sent,) = twilio.accepted
    assert sent["content_sid"].startswith("HX")
    assert sent["content_variables"] is None


def test_template_goes_out_where_the_window_is_closed(twilio):
    make_template()
    conversation = make_conversation()
    close_window(conversation)

    message = send_to(conversation.line)
    delivery.deliver_due(seconds=0.2)

    message.refresh_from_db()
    assert (message.conversation_id, message.status) == (conversation.pk, "sent")


def test_template_of_a_client_who_opted_out_is_refused(twilio):
    make_template()
    conversation = make_conversation(body="parar")

    with pytest.raises(InvalidError, match=str(window.OPTED_OUT)):
        send_to(conversation.line)


def test_template_queued_before_an_opt_out_does_not_leave(twilio):
    make_template()
    line = make_line()
    message = send_to(line)
    make_conversation(line, body="parar")

    delivery.deliver_due(seconds=0.2)

    message.refresh_from_db()
    assert (message.status, message.error_code) == ("cancelled", "")
    assert [sent["content_sid"] for sent in twilio.accepted] == [None]


def test_template_to_a_new_phone_opens_one_conversation_of_its_lead(twilio):
    make_template()
    line, lead = make_line(), known_lead(phone=PHONE)

    first, second = send_to(line), send_to(line, phone="+55 11 98765-4321")

    conversation = Conversation.objects.get()
    assert first.conversation == second.conversation == conversation
    assert (conversation.lead_id, conversation.status) == (lead.pk, "active")
    assert (conversation.client_address, conversation.window_closes_at) == (CLIENT, None)


def test_template_from_a_consultants_line_is_answered_by_the_consultant():
    make_template()
    consultant = make_consultant()
    line = make_consultant_line(consultant)

    conversation = send_to(line).conversation

    assert (conversation.status, conversation.consultant_id) == ("transferred", consultant.pk)


def test_answer_to_a_template_comes_into_the_conversation_that_it_opened(twilio):
    make_template()
    line = make_line()
    opened = send_to(line).conversation

    answered = make_conversation(line, body="Pode sim")

    assert answered.pk == opened.pk
    assert [message.direction for message in answered.messages.all()] == ["out", "in"]


def test_template_with_the_same_client_id_is_sent_once(twilio):
    make_template()
    line = make_line()

    assert send_to(line, client_id="notice-7").pk == send_to(line, client_id="notice-7").pk
    assert Message.objects.count() == 1


@pytest.mark.parametrize("phone", ["", "call me", "12"])
def test_template_to_no_phone_is_refused(phone):
    make_template()
    with pytest.raises(InvalidError):
        send_to(make_line(), phone=phone)
    assert not Conversation.objects.exists()


def test_refused_template_leaves_no_conversation_behind():
    make_template()
    with pytest.raises(InvalidError):
        send_to(make_line(), variables={})
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    "over",
    [
        {"status": "pending"},
        {"status": "rejected"},
        {"status": "paused"},
        {"is_gone": True},
        {"account": "AC2"},
    ],
)
def test_template_that_may_not_be_sent_is_not_found(twilio, over):
    make_template(**over)
    with pytest.raises(NotFoundError):
        send_to(make_line())


def test_template_is_found_by_id_sid_and_name(twilio):
    template, line = make_template(), make_line()
    for wanted in (str(template.pk), template.sid, "follow_up"):
        assert find_template(line, wanted) == template


@pytest.mark.parametrize(
    ("language", "found"), [("", "pt_BR"), ("en", "en"), ("en-US", "en"), ("pt", "pt_BR"), ("de", "en")]
)
def test_template_of_several_languages_is_the_nearest(twilio, language, found):
    make_template(language="en", sid="HX2")
    make_template(language="pt_BR", sid="HX3")

    assert find_template(make_line(), "follow_up", language).language == found


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"1": "Marina"}, "“2” is missing."),
        ({"1": "Marina", "2": "  "}, "“2” is missing."),
        ({"1": "Marina", "2": "Ana", "3": "x"}, "“3” is no variable of this template."),
        ({"1": "M" * 800, "2": "A" * 800}, "longer than 1024"),
    ],
)
def test_variables_that_do_not_fit_are_named(given, reason):
    with pytest.raises(InvalidError) as refused:
        check_variables(make_template(), given)
    assert reason in " ".join(refused.value.fields["variables"])


def test_variables_are_folded_into_one_line():
    values = check_variables(make_template(), {"1": " Marina\nde\tSouza      Lima ", "2": 7})
    assert values == {"1": "Marina de Souza Lima", "2": "7"}


def test_template_that_failed_is_sent_again_as_a_template(twilio):
    make_template()
    message = send_to(make_line())
    twilio.behave("400:63012")
    delivery.deliver_due(seconds=0.2)

    again = retry_message(message_id=message.pk, user=make_manager())
    delivery.deliver_due(seconds=0.2)

    again.refresh_from_db()
    assert (again.status, again.retry_of_id, again.kind) == ("sent", message.pk, "template")
    assert twilio.accepted[-1]["content_sid"] == Template.objects.get().sid


def test_template_on_its_way_survives_the_template(twilio):
    template = make_template()
    send_to(make_line())
    sid = template.sid
    template.delete()

    delivery.deliver_due(seconds=0.2)

    assert twilio.accepted[0]["content_sid"] == sid


def wake_ups(redis_client, settings) -> list:
    return list(redis_client.scan_iter(f"{settings.REDIS_PREFIX}wake:whatsapp.sync_templates*"))


def test_template_that_is_not_known_is_looked_for_soon(twilio, redis_client, settings):
    line = make_line()
    with pytest.raises(NotFoundError):
        find_template(line, "brand_new")
    assert wake_ups(redis_client, settings)


def test_template_that_is_not_known_is_not_looked_for_again_at_once(twilio, redis_client, settings):
    make_template(synced_at=timezone.now())
    with pytest.raises(NotFoundError):
        find_template(make_line(), "brand_new")
    assert not wake_ups(redis_client, settings)


@pytest.mark.parametrize(
    ("client", "languages"),
    [
        ("", ["pt_BR", "en", "es"]),
        ("es", ["es", "pt_BR", "en"]),
        ("en-US", ["en", "pt_BR", "es"]),
        ("pt", ["pt_BR", "en", "es"]),
        ("fr", ["pt_BR", "en", "es"]),
    ],
)
def test_templates_come_in_the_clients_language_then_the_lines_and_without_our_own_notice(
    settings, client, languages
):
    for language in ("en", "es", "pt_BR"):
        make_template(name="appointment", language=language)
    make_template(name=settings.NOTICE_TEMPLATE, language="pt_BR")

    offered = offer_templates(make_line(default_language="pt-BR"), client)

    assert [(one.name, one.language) for one in offered] == [("appointment", one) for one in languages]
