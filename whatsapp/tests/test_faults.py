"""Five hundred messages through a Twilio that misbehaves, by workers that are killed every other second."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from tests.stack import database_url
from whatsapp import delivery
from whatsapp.models import Conversation, Message
from whatsapp.payloads import DeliveryStatus
from whatsapp.reconciliation import MISSING_FOR
from whatsapp.services import send
from whatsapp.services.retrying import retry_automatically
from whatsapp.statuses import hear
from whatsapp.sweeps import settle_unconfirmed
from whatsapp.tests.makers import make_line
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MESSAGES = 500
SEED = 20261122
MIX = {
    "ok": 60,
    "429": 15,
    "500": 5,
    "accept_then_500": 8,
    "garbage": 3,
    "empty": 3,
    "drop": 3,
    "accept_then_hang": 2,
    "400:63024": 1,
}


def start_worker(twilio) -> subprocess.Popen:
    environment = os.environ | {
        "DEMO": "1",
        "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": twilio.url,
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    program = Path(__file__).with_name("outbox_worker.py")
    return subprocess.Popen([sys.executable, str(program)], env=environment, start_new_session=True)


def queue_messages() -> None:
    line = make_line()
    now = timezone.now()
    for number in range(MESSAGES):
        conversation = Conversation.objects.create(
            line=line,
            client_address=f"whatsapp:+55119{number:08d}",
            client_key=f"+55119{number:08d}",
            last_inbound_at=now,
        )
        send(conversation, [f"Mensagem {number}"], author="agent")


def run_with_kills(twilio, dice: random.Random, seconds: float) -> None:
    workers = [start_worker(twilio) for _ in range(2)]
    ends_at = time.monotonic() + seconds
    try:
        while time.monotonic() < ends_at and Message.objects.filter(status="queued").exists():
            time.sleep(dice.uniform(3, 5))
            victim = dice.randrange(len(workers))
            workers[victim].send_signal(signal.SIGKILL)
            workers[victim].wait()
            workers[victim] = start_worker(twilio)
            settle_and_retry()
            Message.objects.filter(status="queued").update(send_after=Now())
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


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
        Message.objects.filter(status="queued").update(send_after=Now())
        delivery.deliver_due()
        settle_and_retry()


def test_outbox_under_faults_says_nothing_twice_and_loses_nothing(twilio):
    dice = random.Random(SEED)
    names, weights = list(MIX), list(MIX.values())
    twilio.behave(*dice.choices(names, weights, k=MESSAGES * 3))
    queue_messages()

    run_with_kills(twilio, dice, seconds=60)
    twilio.behaviours.clear()
    finish()

    accepted = Counter(ours(record) for record in twilio.accepted)
    assert set(accepted.values()) == {1}, "a row was offered twice"
    assert set(Counter(map(heard, twilio.accepted)).values()) == {1}, "said twice"
    outcomes = {str(pk): status for pk, status in Message.objects.values_list("pk", "status")}
    assert {outcomes[message_id] for message_id in accepted} == {"sent"}
    assert {outcomes[message_id] for message_id in outcomes if message_id not in accepted} <= {"failed"}
    assert Message.objects.exclude(retry_of=None).exists()
    assert clients_without_words(twilio) <= clients_refused()
    report_reads(twilio, dice)
    statuses = Message.objects.filter(pk__in=accepted).values_list("status", flat=True)
    assert set(statuses) == {"read"}


def ours(record: dict) -> str:
    return record["status_callback"].partition("message=")[2]


def heard(record: dict) -> tuple[str, str]:
    """Who heard what: a resend has another id, and the same words for the same client."""
    return record["to"], record["body"]


def clients_without_words(twilio) -> set[str]:
    everybody = set(Conversation.objects.values_list("client_address", flat=True))
    return everybody - {record["to"] for record in twilio.accepted}


def clients_refused() -> set[str]:
    """Twilio said of their message that they are not on WhatsApp."""
    refused = Message.objects.filter(status="failed", error_code="63024")
    return set(refused.values_list("conversation__client_address", flat=True))


def report_reads(twilio, dice: random.Random) -> None:
    """Every report of every message, in any order."""
    reports = [(record, status) for record in twilio.accepted for status in ("sent", "delivered", "read")]
    dice.shuffle(reports)
    for record, status in reports:
        message = Message.objects.select_related("conversation__line").get(pk=ours(record))
        hear(DeliveryStatus(sid=record["sid"], status=status), message.pk, line=message.conversation.line)
