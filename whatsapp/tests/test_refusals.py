"""What is said of a message that WhatsApp would not take is true for as long as it stands there."""

import pytest
from django.db.models.functions import Now

from whatsapp import delivery
from whatsapp.api.facts import message_facts
from whatsapp.models import Conversation, Message
from whatsapp.payloads import DeliveryStatus
from whatsapp.refusals import TRY_LATER
from whatsapp.services import send
from whatsapp.services.retrying import retry_automatically
from whatsapp.statuses import hear
from whatsapp.tests.makers import make_cloud_line, make_conversation

pytestmark = pytest.mark.django_db
AGAIN = "will be tried again"
TWILIO_CODES = ["429", "20429", "63018", "63038", "30001", "21611", "14107"]
META_CODES = ["4", "80007", "130429", "131048", "131056", "133004"]


def queued(conversation: Conversation | None = None) -> Message:
    return send(conversation or make_conversation(), ["Olá"], author="agent")[0]


def offer(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(send_after=Now())
    delivery.deliver_due(seconds=0.2)
    message.refresh_from_db()


def on_last_attempt(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(attempts=delivery.MOST_ATTEMPTS - 1)


def shown(message: Message) -> str:
    """What people read of it, in the admin and by the API alike."""
    text = message_facts(message)["error"]["text"]
    assert message.error_text == text
    return text


def reported(message: Message, code: str) -> None:
    """The provider took it, and says later that it failed."""
    line = message.conversation.line
    hear(DeliveryStatus(sid=f"SM{message.pk.hex}", status="sent"), message.pk, line=line)
    failed = DeliveryStatus(sid=f"SM{message.pk.hex}", status="failed", error_code=code)
    hear(failed, message.pk, line=line)
    message.refresh_from_db()


def test_codes_of_these_tests_are_all_that_ask_to_slow_down():
    assert {*TWILIO_CODES, *META_CODES} == TRY_LATER


@pytest.mark.parametrize("behaviour", ["429", "400:20429", "400:63038"])
def test_message_that_is_put_back_says_that_it_will_be_tried_again(twilio, behaviour):
    twilio.behave(behaviour)
    message = queued()

    offer(message)

    assert message.status == "queued"
    assert AGAIN in shown(message)


@pytest.mark.parametrize("behaviour", ["429", "400:20429", "400:63038"])
def test_message_that_is_given_up_says_so_and_promises_nothing(twilio, behaviour):
    twilio.behave(behaviour)
    message = queued()
    on_last_attempt(message)

    offer(message)

    assert message.status == "failed"
    assert message.error_code in behaviour
    assert AGAIN not in shown(message)
    assert "tried for long" in shown(message)
    assert "Send it again later" in shown(message)
    assert retry_automatically() == 0


def test_message_that_meta_slows_down_is_given_up_in_the_same_words(cloud):
    message = queued(make_conversation(make_cloud_line()))
    cloud.behave("400:131056", "400:131056")
    offer(message)
    assert (message.status, AGAIN in shown(message)) == ("queued", True)

    on_last_attempt(message)
    offer(message)

    assert (message.status, message.error_code) == ("failed", "131056")
    assert "tried for long" in shown(message)


def test_message_that_was_slowed_down_and_then_went_out_has_no_error(twilio):
    twilio.behave("429")
    message = queued()
    offer(message)
    offer(message)

    assert (message.status, message.error_code, message.error_text) == ("sent", "", "")
    assert message_facts(message)["error"] is None


@pytest.mark.parametrize("code", TWILIO_CODES + META_CODES)
def test_message_that_fails_later_promises_no_other_try(code):
    message = queued()

    reported(message, code)

    assert (message.status, message.error_code) == ("failed", code)
    assert AGAIN not in shown(message)
    assert "Try again later" in shown(message)


def test_message_that_fails_later_and_is_tried_again_shows_it_as_a_row_of_its_own():
    message = queued()

    reported(message, "63018")

    assert AGAIN not in shown(message)
    assert retry_automatically() == 1
    assert Message.objects.get(retry_of=message).status == "queued"


def test_code_of_no_length_that_anybody_foresaw_fails_the_message_all_the_same(twilio):
    """What stands between us and the provider answers in words of its own."""
    twilio.behave("400:" + "123456789" * 5)
    message = queued()

    offer(message)

    assert (message.status, message.error_code) == ("failed", ("123456789" * 5)[:20])
