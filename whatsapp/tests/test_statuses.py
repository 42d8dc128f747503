"""Status reports in any order end in the same place."""

from itertools import permutations

import pytest

from whatsapp import delivery
from whatsapp.models import Message, StatusReport
from whatsapp.payloads import DeliveryStatus
from whatsapp.services import send
from whatsapp.statuses import hear, settle
from whatsapp.tests.makers import make_conversation

pytestmark = pytest.mark.django_db
SID = "SM" + "d" * 32


def queued() -> Message:
    return send(make_conversation(), ["Olá"], author="agent")[0]


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered", "read"])))
def test_hear_any_order_ends_read(order):
    message = queued()
    for status in order:
        hear(DeliveryStatus(sid=SID, status=status), message.pk)

    message.refresh_from_db()
    assert (message.status, message.sid) == ("read", SID)


@pytest.mark.parametrize("order", list(permutations(["sent", "failed", "sent"])))
def test_hear_failure_in_any_order_stays_failed(order):
    message = queued()
    for status in order:
        code = "63024" if status == "failed" else ""
        hear(DeliveryStatus(sid=SID, status=status, error_code=code), message.pk)

    message.refresh_from_db()
    assert (message.status, message.error_code) == ("failed", "63024")


@pytest.mark.parametrize("order", list(permutations(["failed", "delivered"])))
def test_hear_delivered_outweighs_a_report_of_failure(order):
    message = queued()
    for status in order:
        hear(DeliveryStatus(sid=SID, status=status, error_code="30008" * (status == "failed")), message.pk)

    message.refresh_from_db()
    assert (message.status, message.error_code) == ("delivered", "")


def test_hear_report_before_the_message_is_known_is_kept_and_applied():
    message = queued()
    hear(DeliveryStatus(sid=SID, status="delivered"))
    assert StatusReport.objects.count() == 1

    settle(message.pk, "sent", sid=SID)

    message.refresh_from_db()
    assert message.status == "delivered"
    assert not StatusReport.objects.exists()


def test_hear_report_while_the_create_call_runs_is_not_undone_by_its_answer(twilio):
    message = queued()
    twilio.on_accept = None
    claimed = delivery.claim_next()
    hear(DeliveryStatus(sid=SID, status="read"), message.pk)

    settle(claimed.pk, "sent", sid=SID)

    message.refresh_from_db()
    assert message.status == "read"


def test_hear_report_about_an_inbound_message_changes_nothing():
    conversation = make_conversation()
    inbound = conversation.messages.get()

    hear(DeliveryStatus(sid=inbound.sid, status="read"))

    inbound.refresh_from_db()
    assert inbound.status == "received"


def test_hear_unknown_word_is_ignored():
    message = queued()
    hear(DeliveryStatus(sid=SID, status="partially_delivered"), message.pk)

    message.refresh_from_db()
    assert message.status == "queued"
