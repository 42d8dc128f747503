"""Twilio's reports of what became of our messages."""

import pytest

from whatsapp.accounts import account_of
from whatsapp.models import Conversation
from whatsapp.services import send
from whatsapp.tests.makers import (
    STATUS_PATH,
    change_line,
    make_conversation,
    make_line,
    post_signed,
)

pytestmark = pytest.mark.django_db


def test_status_signed_report_moves_the_message(client):
    message = send(make_conversation(), ["Olá"], author="agent")[0]
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "From": "whatsapp:+14155238886"}
    path = f"{STATUS_PATH}?message={message.pk}"

    assert post_signed(client, path, form).status_code == 200

    message.refresh_from_db()
    assert message.status == "delivered"


def test_status_report_of_failure_speaks_plainly_and_closes_the_window(client):
    message = send(make_conversation(), ["Olá"], author="agent")[0]
    form = {
        "MessageSid": "SM1",
        "MessageStatus": "undelivered",
        "ErrorCode": "63016",
        "ErrorMessage": "",
        "From": "whatsapp:+14155238886",
    }

    post_signed(client, f"{STATUS_PATH}?message={message.pk}", form)

    message.refresh_from_db()
    assert message.status == "failed"
    assert "24-hour window" in message.error_text
    assert Conversation.objects.get().window_closed_early


def test_status_signed_by_another_lines_account_settles_nothing(client):
    message = send(make_conversation(), ["Olá"], author="agent")[0]
    other = make_line(address="whatsapp:+14155550199", account_sid="AC" + "2" * 32, auth_token="theirs")
    form = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "21610", "From": other.address}

    answer = post_signed(client, f"{STATUS_PATH}?message={message.pk}", form, account=account_of(other))

    message.refresh_from_db()
    assert (answer.status_code, message.status, message.sid) == (200, "queued", None)
    assert not Conversation.objects.get().is_opted_out


def test_status_from_a_number_that_is_no_line_of_ours_settles_nothing(client):
    message = send(make_conversation(), ["Olá"], author="agent")[0]
    form = {"MessageSid": "SM1", "MessageStatus": "read", "From": "whatsapp:+15550009999"}

    assert post_signed(client, f"{STATUS_PATH}?message={message.pk}", form).status_code == 200

    message.refresh_from_db()
    assert message.status == "queued"


@pytest.mark.parametrize("account", [{}, {"account_sid": "AC" + "2" * 32, "auth_token": "own"}])
def test_status_of_a_line_that_was_switched_off_is_taken(client, account):
    line = make_line(**account)
    message = send(make_conversation(line), ["Olá"], author="agent")[0]
    change_line(line, is_active=False)
    form = {"MessageSid": "SM1", "MessageStatus": "read", "From": line.address}

    path = f"{STATUS_PATH}?message={message.pk}"
    assert post_signed(client, path, form, account=account_of(line)).status_code == 200

    message.refresh_from_db()
    assert message.status == "read"


def test_status_bad_signature_or_odd_ids_are_refused_or_kept(client):
    form = {"MessageSid": "SM404", "MessageStatus": "read", "From": "whatsapp:+14155238886"}

    assert client.post(STATUS_PATH, form).status_code == 403
    assert post_signed(client, f"{STATUS_PATH}?message=not-a-uuid", form).status_code == 200
    assert post_signed(client, STATUS_PATH, {"MessageStatus": "read"}).status_code == 400
