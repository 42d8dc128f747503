"""The wire of these tests: a Twilio that listens on a local port."""

from collections.abc import Iterator

import pytest

from whatsapp.tests.cloud_double import CloudDouble
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN, TwilioDouble


@pytest.fixture
def twilio(settings) -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        settings.TWILIO_ACCOUNT_SID = ACCOUNT_SID
        settings.TWILIO_AUTH_TOKEN = AUTH_TOKEN
        settings.TWILIO_API_BASE_URL = double.url
        settings.TWILIO_TIMEOUT_SECONDS = 1
        yield double


@pytest.fixture
def cloud(settings) -> Iterator[CloudDouble]:
    with CloudDouble() as double:
        settings.META_GRAPH_URL = double.url
        yield double
