"""The dots on the phone never hurt anybody."""

import time

import pytest

from whatsapp.models import Conversation
from whatsapp.services import show_typing
from whatsapp.tests.makers import make_conversation

pytestmark = pytest.mark.django_db


def test_show_typing_names_the_last_message(twilio):
    conversation = make_conversation()

    show_typing(conversation)

    assert twilio.typing == [conversation.messages.get().sid]
    assert twilio.requests[0].form["channel"] == "whatsapp"


def test_show_typing_failure_is_silent_and_short(settings, twilio):
    conversation = make_conversation()
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"

    started = time.monotonic()
    show_typing(conversation)

    assert time.monotonic() - started < 2


def test_show_typing_without_an_account_does_nothing(settings):
    settings.SIMULATOR = False
    show_typing(make_conversation())


def test_show_typing_shows_it_where_an_answer_is_owed_and_not_after(twilio):
    conversation = make_conversation()
    show_typing(conversation)
    Conversation.objects.update(answered_seq=conversation.last_inbound_seq)
    show_typing(conversation)

    assert len(twilio.typing) == 1
