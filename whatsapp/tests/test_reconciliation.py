"""Lost answers and lost webhooks are found on Twilio's own list."""

from datetime import timedelta

import pytest
from django.utils import timezone

from whatsapp import delivery
from whatsapp.models import Line, Message
from whatsapp.services import send
from whatsapp.sweeps import recover_lost, settle_unconfirmed
from whatsapp.tests.makers import AGENT_NUMBER, CLIENT, make_conversation, make_line

pytestmark = pytest.mark.django_db


def lose(twilio, behaviour: str, text: str = "Olá") -> Message:
    twilio.behave(behaviour)
    conversation = make_conversation() if not Line.objects.exists() else Message.objects.first().conversation
    [message] = send(conversation, [text], author="agent")
    delivery.deliver_due()
    return message


def later(**ago) -> None:
    Message.objects.filter(status="unknown").update(updated_at=timezone.now() - timedelta(**ago))


def test_settle_unconfirmed_accepted_message_is_found_by_its_words(twilio):
    message = lose(twilio, "accept_then_500")
    later(seconds=30)

    assert settle_unconfirmed() == 1

    message.refresh_from_db()
    assert (message.status, message.sid) == ("sent", twilio.accepted[0]["sid"])


def test_settle_unconfirmed_same_words_twice_are_two_messages(twilio):
    first = lose(twilio, "accept_then_500")
    send(first.conversation, ["Olá"], author="agent")
    twilio.behave("500")
    delivery.deliver_due()
    later(seconds=30)

    assert settle_unconfirmed() == 1
    assert Message.objects.filter(status="unknown").count() == 1


def test_settle_unconfirmed_message_twilio_never_saw_fails_after_a_while(twilio):
    message = lose(twilio, "500")
    later(seconds=30)
    assert settle_unconfirmed() == 0
    later(minutes=11)

    assert settle_unconfirmed() == 1

    message.refresh_from_db()
    assert (message.status, message.error_code) == ("failed", "never_arrived")


def test_settle_unconfirmed_while_twilio_is_away_changes_nothing(twilio, settings):
    message = lose(twilio, "500")
    later(minutes=11)
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"

    assert settle_unconfirmed() == 0

    message.refresh_from_db()
    assert message.status == "unknown"


def received(twilio, body: str) -> None:
    record = twilio.accept({"From": CLIENT, "To": AGENT_NUMBER, "Body": body})
    record |= {"direction": "inbound", "status": "received"}


def test_recover_lost_takes_in_what_no_webhook_brought_once(twilio):
    make_line()
    received(twilio, "primeira")
    received(twilio, "segunda")

    assert recover_lost() == 2
    assert recover_lost() == 0

    bodies = Message.objects.order_by("seq").values_list("body", flat=True)
    assert list(bodies) == ["primeira", "segunda"]
    assert Line.objects.get().recovered_count == 2


def test_recover_lost_never_takes_our_own_messages_for_a_clients(twilio):
    make_line()
    twilio.accept({"From": CLIENT, "To": AGENT_NUMBER, "Body": "outbound by mistake"})

    assert recover_lost() == 0
    assert not Message.objects.exists()
