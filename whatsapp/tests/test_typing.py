"""The dots on the phone never hurt anybody."""

import pytest

from whatsapp.services import show_typing_under
from whatsapp.tests.makers import make_line

pytestmark = pytest.mark.django_db


def test_show_typing_names_the_clients_message(twilio):
    show_typing_under(make_line(), "SM1")

    assert twilio.typing == ["SM1"]
    assert twilio.requests[0].form["channel"] == "whatsapp"


def test_show_typing_where_nobody_listens_is_silent(settings, twilio):
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"

    show_typing_under(make_line(), "SM1")

    assert twilio.typing == []


def test_show_typing_to_a_provider_that_hangs_gives_up_before_it_answers(twilio):
    twilio.hang_seconds = 60
    twilio.answers_typing.clear()

    show_typing_under(make_line(), "SM1")

    assert (twilio.typing, twilio.typing_answered) == (["SM1"], [])
    twilio.answers_typing.set()


def test_show_typing_without_an_account_does_nothing(settings, twilio):
    settings.SIMULATOR = False
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = ""

    show_typing_under(make_line(), "SM1")

    assert twilio.requests == []
