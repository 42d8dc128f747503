"""While PostgreSQL is away a webhook is told at once to come again: the sender's own patience is short."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from crm.processes import Child, stop_all, web_command
from tests.stack import free_port, stack_environment, wait_for
from tests.system.twilio_client import inbound, post
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN

pytestmark = pytest.mark.system
TWILIO_WAITS_SECONDS = 15


@pytest.fixture(scope="module")
def web(tmp_path_factory) -> Iterator[str]:
    """A web server, as `make run` starts it, whose database is not there. Gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = stack_environment("nowhere") | {
        "DATABASE_URL": f"postgres://nobody@127.0.0.1:{free_port()}/nowhere",
        "DB_POOL_SIZE": "10",
        "PORT": str(port),
        "PUBLIC_URL": url,
        "REDIS_PREFIX": f"{settings.REDIS_PREFIX}away:",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    }
    log = tmp_path_factory.mktemp("away") / "web.log"
    child = Child("web", web_command("127.0.0.1", port), log, environment)
    child.start()
    try:
        wait_for(lambda: is_up(url), seconds=90, what="the web server")
        yield url
    finally:
        stop_all([child])


def is_up(url: str) -> bool:
    try:
        with urlopen(f"{url}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_message_is_answered_503_while_twilio_still_waits(web):
    began = time.monotonic()
    status = post(web, "/webhooks/whatsapp/", inbound("+5511987650001", "oi"))

    assert status == 503
    assert time.monotonic() - began < TWILIO_WAITS_SECONDS


def test_messages_of_many_at_once_are_all_answered_503(web):
    forms = [inbound(f"+551198765{number:04d}", "oi") for number in range(12)]
    with ThreadPoolExecutor(len(forms)) as senders:
        statuses = list(senders.map(lambda form: post(web, "/webhooks/whatsapp/", form), forms))

    assert statuses == [503] * len(forms)


def test_status_report_is_answered_503(web):
    report = {"MessageSid": "SM1", "MessageStatus": "delivered", "From": "whatsapp:+14155238886", "To": "x"}

    assert post(web, "/webhooks/whatsapp/status/", report) == 503


def test_lead_is_answered_503(web):
    request = Request(
        f"{web}/webhooks/leads/site/",
        data=b'{"name": "Ana"}',
        headers={"Authorization": "Bearer demo-secret", "Content-Type": "application/json"},
    )
    with pytest.raises(HTTPError) as refusal:
        urlopen(request, timeout=60)

    assert refusal.value.code == 503
