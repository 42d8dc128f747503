"""What became of messages whose answers were lost stands on Twilio's own list."""

import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.db import connections
from django.db.models import F
from django.utils import timezone

from whatsapp import delivery, reconciliation
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import DeliveryStatus
from whatsapp.services import retrying, send
from whatsapp.services.retrying import retry_automatically
from whatsapp.statuses import hear
from whatsapp.sweeps import settle_unconfirmed
from whatsapp.tests.makers import (
    AGENT_NUMBER,
    CLIENT,
    make_cloud_line,
    make_conversation,
    make_line,
)

pytestmark = pytest.mark.django_db


def lose(twilio, behaviour: str, text: str = "Olá") -> Message:
    twilio.behave(behaviour)
    conversation = make_conversation() if not Line.objects.exists() else Message.objects.first().conversation
    [message] = send(conversation, [text], author="agent")
    delivery.deliver_due()
    return message


def later(**ago) -> None:
    """Let time pass for what is in doubt."""
    span = timedelta(**ago)
    in_doubt = Message.objects.filter(status="unknown")
    in_doubt.update(updated_at=F("updated_at") - span, missed_since=F("missed_since") - span)


def test_settle_unconfirmed_accepted_message_is_found_by_its_words(twilio):
    message = lose(twilio, "accept_then_500")
    later(seconds=30)

    assert settle_unconfirmed() == 1

    message.refresh_from_db()
    assert (message.status, message.sid) == ("sent", twilio.accepted[0]["sid"])


def test_settle_unconfirmed_message_of_yesterday_with_the_same_words_is_another(twilio):
    before = twilio.accept({"From": AGENT_NUMBER, "To": CLIENT, "Body": "Olá"})
    before |= {"date_created": format_datetime(timezone.now() - timedelta(hours=20)), "status": "sent"}
    message = lose(twilio, "500")
    later(seconds=30)

    assert settle_unconfirmed() == 0
    message.refresh_from_db()
    assert message.status == "unknown"


def test_settle_unconfirmed_list_that_is_cut_proves_nothing(twilio, monkeypatch):
    monkeypatch.setattr(reconciliation, "MOST_LISTED", 2)
    message = lose(twilio, "500")
    for _ in range(2):
        twilio.accept({"From": AGENT_NUMBER, "To": CLIENT, "Body": "Bom dia"})
        later(minutes=11)
        settle_unconfirmed()

    later(minutes=11)
    settle_unconfirmed()
    message.refresh_from_db()
    assert message.status == "unknown"


def test_settle_unconfirmed_same_words_twice_are_two_messages(twilio):
    first = lose(twilio, "accept_then_500")
    send(first.conversation, ["Olá"], author="agent")
    twilio.behave("500")
    delivery.deliver_due()
    later(seconds=30)

    assert settle_unconfirmed() == 1
    assert Message.objects.filter(status="unknown").count() == 1


def test_settle_unconfirmed_message_twilio_never_saw_fails_after_looks_over_ten_minutes(twilio):
    message = lose(twilio, "500")
    for passed, settled in ((30, 0), (9 * 60, 0), (61, 1)):
        later(seconds=passed)
        assert settle_unconfirmed() == settled

    message.refresh_from_db()
    assert (message.status, message.error_code) == ("failed", "never_arrived")
    assert retry_automatically() == 1


def test_settle_unconfirmed_first_look_after_an_hour_gives_nothing_up(twilio):
    message = lose(twilio, "500")
    later(hours=1)

    assert settle_unconfirmed() == 0

    message.refresh_from_db()
    assert message.status == "unknown"
    assert retry_automatically() == 0


def test_settle_unconfirmed_while_twilio_is_away_changes_nothing(twilio, settings):
    message = lose(twilio, "500")
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    for _ in range(3):
        later(minutes=11)
        assert settle_unconfirmed() == 0

    message.refresh_from_db()
    assert (message.status, message.missed_since) == ("unknown", None)


def hear_elsewhere(message: Message) -> None:
    """A callback, as another process takes it in."""
    hear(DeliveryStatus(sid="SMlate", status="sent"), message.pk, line=message.conversation.line)
    if threading.current_thread() is not threading.main_thread():
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_settle_unconfirmed_message_that_a_callback_tells_of_meanwhile_stays_sent(twilio):
    message = lose(twilio, "500")
    later(seconds=30)
    settle_unconfirmed()
    later(minutes=11)
    twilio.on_list = lambda: hear_elsewhere(message)

    assert settle_unconfirmed() == 0

    message.refresh_from_db()
    assert (message.status, message.sid) == ("sent", "SMlate")
    assert retry_automatically() == 0


def test_retry_automatically_message_found_since_is_not_said_again(twilio):
    message = lose(twilio, "500")
    later(seconds=30)
    settle_unconfirmed()
    later(minutes=11)
    settle_unconfirmed()
    hear_elsewhere(message)

    assert retry_automatically() == 0


def test_settle_unconfirmed_message_of_a_dead_worker_has_its_time_from_the_lapse(twilio):
    [message] = send(make_conversation(), ["Olá"], author="agent")
    Message.objects.update(updated_at=timezone.now() - timedelta(minutes=30))
    assert delivery.claim_next() == message
    Message.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.deliver_due()

    assert settle_unconfirmed() == 0

    message.refresh_from_db()
    assert (message.status, message.missed_since) == ("unknown", None)
    assert message.updated_at > timezone.now() - timedelta(seconds=20)
    assert not any(request.method == "GET" for request in twilio.requests)


def test_settle_unconfirmed_is_not_held_up_by_messages_that_twilio_never_had(twilio):
    other = make_conversation(
        make_cloud_line(address="whatsapp:+14155550199"), From="whatsapp:+5511911112222"
    )
    long_ago = timezone.now() - timedelta(hours=2)
    rows = [
        Message(
            conversation=other,
            seq=number,
            direction="out",
            author="agent",
            status="unknown",
            created_at=long_ago,
        )
        for number in range(100, 200)
    ]
    Message.objects.bulk_create(rows)
    twilio.behave("accept_then_500")
    [message] = send(make_conversation(make_line()), ["Olá"], author="agent")
    delivery.deliver_due()
    later(minutes=1)

    assert settle_unconfirmed() == 1

    message.refresh_from_db()
    assert message.status == "sent"


def test_retry_automatically_is_not_held_up_by_what_it_refuses(twilio, monkeypatch):
    monkeypatch.setattr(retrying, "MOST_RETRIES", 1)
    refused = make_conversation(From="whatsapp:+5511911112222")
    wanted = make_conversation(refused.line)
    for conversation in (refused, wanted):
        send(conversation, ["Olá"], author="agent")
    Message.objects.filter(direction="out").update(status="failed", error_code="63009")
    Conversation.objects.filter(pk=refused.pk).update(is_opted_out=True)

    assert retry_automatically() == 1
    assert wanted.messages.exclude(retry_of=None).exists()
