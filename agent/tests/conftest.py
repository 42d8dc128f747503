"""The wires of these tests: a push service, a mail server and a Twilio that listen on local ports."""

from collections.abc import Iterator

import pytest

from agent.tests.mail_double import MailDouble
from agent.tests.push_double import PushDouble
from whatsapp.tests.conftest import twilio

__all__ = ["twilio"]


@pytest.fixture
def push(settings) -> Iterator[PushDouble]:
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]
    with PushDouble() as double:
        yield double


@pytest.fixture
def mail_server(settings) -> Iterator[MailDouble]:
    with MailDouble() as double:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", double.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield double
