"""What the world outside is told of a message."""

import pytest

from whatsapp.api.facts import message_facts
from whatsapp.api.shapes import MessageShape
from whatsapp.services import send
from whatsapp.services.hands import cancel_queued
from whatsapp.tests.makers import make_conversation

pytestmark = pytest.mark.django_db


def test_message_facts_of_a_dropped_message_say_that_it_failed() -> None:
    conversation = make_conversation()
    [message] = send(conversation, ["Qual o seu nome?"], author="agent")
    cancel_queued(conversation)
    message.refresh_from_db()

    facts = message_facts(message)

    assert message.status == "cancelled"
    assert facts["status"] == "failed"
    assert facts["error"] == {"code": "cancelled", "text": "It was dropped before it was sent."}
    assert set(MessageShape().fields["status"].choices) == {
        *("received", "queued", "sending", "sent", "delivered", "read", "failed", "unknown")
    }
