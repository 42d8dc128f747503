"""Messages through a Twilio that misbehaves in every way it can, whose reports come in any order and again.

The whole run has five hundred, real worker processes that are killed every other second, and a real web process
that the reports are posted to. A checker reads both sides: what Twilio took, and what our rows say.
"""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from crm.processes import Child, stop_all, web_command
from tests.stack import free_port, stack_environment, wait_for
from whatsapp import delivery
from whatsapp.models import Conversation, Message
from whatsapp.reconciliation import MISSING_FOR
from whatsapp.services import send
from whatsapp.services.retrying import retry_automatically
from whatsapp.sweeps import settle_unconfirmed
from whatsapp.tests.callbacks import ORDERS, Callbacks, post_over_http
from whatsapp.tests.makers import make_line, post_signed
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN

MESSAGES = 500
SEED = 20261122
MIX = {
    "ok": 55,
    "429": 15,
    "500": 5,
    "accept_then_500": 8,
    "accept_then_hang": 4,
    "hang": 2,
    "garbage": 3,
    "empty": 3,
    "drop": 3,
    "400:63024": 2,
}
CALL_SECONDS = "1"  # a call to Twilio ends by its deadline, long before the double would answer
HANG_SECONDS = 20


@contextmanager
def web_process(folder: Path) -> Iterator[str]:
    """Where our webhooks listen."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    child = Child("web", web_command("127.0.0.1", port), folder / "web.log", environment("", url))
    child.start()
    try:
        wait_for(lambda: is_answering(f"{url}/healthz"), seconds=60, what="web")
        yield url
    finally:
        stop_all([child])


def is_answering(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


def environment(twilio_url: str, public_url: str) -> dict[str, str]:
    return stack_environment(str(connection.settings_dict["NAME"])) | {
        "SECRET_KEY": settings.SECRET_KEY,
        "REDIS_PREFIX": settings.REDIS_PREFIX,
        "PUBLIC_URL": public_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": twilio_url,
        "TWILIO_TIMEOUT_SECONDS": CALL_SECONDS,
        "PYTHONPATH": str(settings.BASE_DIR),
    }


class Workers:
    """Two processes that deliver, one of which is killed now and then."""

    def __init__(self, twilio_url: str, public_url: str) -> None:
        self.environment = os.environ | environment(twilio_url, public_url)
        self.running = [self.start() for _ in range(2)]
        self.killed = 0

    def start(self) -> subprocess.Popen:
        program = Path(__file__).with_name("outbox_worker.py")
        return subprocess.Popen([sys.executable, str(program)], env=self.environment, start_new_session=True)

    def replace_one(self, dice: random.Random) -> None:
        victim = dice.randrange(len(self.running))
        self.running[victim].send_signal(signal.SIGKILL)
        self.running[victim].wait()
        self.running[victim] = self.start()
        self.killed += 1

    def stop(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.wait()


def queue_messages(how_many: int) -> None:
    line = make_line()
    now = timezone.now()
    for number in range(how_many):
        conversation = Conversation.objects.create(
            line=line,
            client_address=f"whatsapp:+55119{number:08d}",
            client_key=f"+55119{number:08d}",
            last_inbound_at=now,
        )
        send(conversation, [f"Mensagem {number}"], author="agent")


def is_owed() -> bool:
    return Message.objects.filter(status="queued").exists()


def was_refused() -> bool:
    """A connection was: the message waits, with no word of Twilio's about it."""
    waiting = Message.objects.filter(status="queued", attempts__gt=0, error_code="")
    return waiting.exists() or not is_owed()


def run_with_kills(twilio, workers: Workers, dice: random.Random, seconds: float) -> None:
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at and is_owed():
        time.sleep(dice.uniform(2, 4))
        with twilio.refusing():
            due_now()
            wait_for(was_refused, what="a refused connection")
        workers.replace_one(dice)
        settle_and_retry()
        due_now()


def due_now() -> None:
    Message.objects.filter(status="queued").update(send_after=Now())


def settle_and_retry() -> None:
    """The sweeps, without waiting for the minutes that Twilio's list is given."""
    in_doubt = Message.objects.filter(status="unknown")
    in_doubt.update(updated_at=F("updated_at") - MISSING_FOR, missed_since=F("missed_since") - MISSING_FOR)
    settle_unconfirmed()
    retry_automatically()


def finish() -> None:
    """No row is left that owes anything."""
    Message.objects.filter(status="sending").update(lease_until=timezone.now() - timedelta(seconds=1))
    while Message.objects.filter(status__in=["queued", "sending", "unknown"]).exists():
        due_now()
        delivery.deliver_due()
        settle_and_retry()


def check_both_sides(twilio, callbacks: Callbacks) -> dict[str, object]:
    """What Twilio took beside what the rows say. The figures of the run."""
    offered = Counter(ours(record) for record in twilio.accepted)
    assert set(offered.values()) == {1}, "a row was offered twice"
    heard = Counter((record["to"], record["body"]) for record in twilio.accepted)
    assert set(heard.values()) == {1}, "said twice"
    outcomes = {str(pk): status for pk, status in Message.objects.values_list("pk", "status")}
    assert {ours(record): outcomes[ours(record)] for record in twilio.accepted} == {
        ours(record): "read" if record["sid"] in callbacks.reported else "sent" for record in twilio.accepted
    }
    lost = Message.objects.exclude(pk__in=offered)
    assert set(lost.values_list("status", flat=True)) <= {"failed"}
    assert not lost.filter(error_text="").exists(), "silently lost"
    assert clients_without_words(twilio) <= clients_refused() | clients_tried_thrice()
    assert set(callbacks.answers) == {200}
    return {
        "accepted": len(twilio.accepted),
        "rows": Counter(outcomes.values()),
        "behaved": dict(twilio.behaved),
        "callbacks": callbacks.answers[200],
        "before the answer": callbacks.early,
    }


def post_here(client, url: str, form: dict[str, str]) -> int:
    return post_signed(client, url.removeprefix(settings.PUBLIC_URL), form).status_code


def ours(record: dict) -> str:
    return record["status_callback"].partition("message=")[2]


def clients_without_words(twilio) -> set[str]:
    everybody = set(Conversation.objects.values_list("client_address", flat=True))
    return everybody - {record["to"] for record in twilio.accepted}


def clients_refused() -> set[str]:
    """Twilio said of their message that they are not on WhatsApp."""
    refused = Message.objects.filter(status="failed", error_code="63024")
    return set(refused.values_list("conversation__client_address", flat=True))


def clients_tried_thrice() -> set[str]:
    """Twilio had none of the three tries, and the consultant sees so."""
    last = Message.objects.filter(retry_of__retry_of__isnull=False, error_code="never_arrived")
    return set(last.values_list("conversation__client_address", flat=True))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_outbox_under_faults_says_nothing_twice_and_loses_nothing(twilio, tmp_path, settings):
    dice = random.Random(SEED)
    twilio.hang_seconds = HANG_SECONDS
    twilio.behave(*dice.choices(list(MIX), list(MIX.values()), k=MESSAGES * 3))
    callbacks = Callbacks(post_over_http, random.Random(SEED), early_every=5)
    twilio.on_accept = callbacks.told
    queue_messages(MESSAGES)

    with web_process(tmp_path) as public_url:
        settings.PUBLIC_URL = public_url
        callbacks.start()
        workers = Workers(twilio.url, public_url)
        try:
            run_with_kills(twilio, workers, dice, seconds=180)
        finally:
            workers.stop()
        twilio.behaviours.clear()
        finish()
        callbacks.waiting.join()

    figures = check_both_sides(twilio, callbacks)
    print(figures | {"killed": workers.killed})
    assert set(twilio.behaved) >= {*MIX, "hung up"}
    assert workers.killed >= 10
    assert len(callbacks.reported) >= len(ORDERS)
    assert Message.objects.exclude(retry_of=None).exists()


@pytest.mark.django_db
def test_outbox_after_each_fault_once_says_nothing_twice_and_loses_nothing(twilio, client, settings):
    settings.TWILIO_TIMEOUT_SECONDS = 0.5
    twilio.behave(*MIX)
    callbacks = Callbacks(partial(post_here, client), random.Random(SEED))
    twilio.on_accept = callbacks.told
    queue_messages(len(MIX))

    with twilio.refusing():
        delivery.deliver(delivery.claim_next())
    assert Message.objects.filter(status="queued", attempts=1, error_code="").count() == 1
    finish()
    callbacks.post_waiting()

    check_both_sides(twilio, callbacks)
    assert twilio.behaved["hung up"] == 2
