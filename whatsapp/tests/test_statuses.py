"""Status reports in any order end in the same place."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whatsapp import delivery
from whatsapp.models import Conversation, Message, StatusReport
from whatsapp.payloads import DeliveryStatus
from whatsapp.services import send
from whatsapp.statuses import MEANING, RANK, hear, settle
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


WORDS = ["accepted", "queued", "sending", "sent", "delivered", "read", "failed", "undelivered", "partially"]
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(WORDS), st.booleans()),
        st.just(("answer", True)),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_hear_any_reports_in_any_order_and_number_end_at_the_furthest(db, events):
    """With our id or without it, before Twilio's answer to the call or after, repeated as often as it likes."""
    conversation = Conversation.objects.first() or make_conversation()
    message = send(conversation, ["Olá"], author="agent")[0]
    sid = f"SM{message.pk.hex}"
    reached = [Message.Status.SENT]
    for word, knows_id in [*events, ("answer", True)]:
        rank_before = RANK[Message.objects.get(pk=message.pk).status]
        if word == "answer":
            settle(message.pk, Message.Status.SENT, sid=sid)
        else:
            code = "63024" if MEANING.get(word) == Message.Status.FAILED else ""
            report = DeliveryStatus(sid=sid, status=word, error_code=code)
            hear(report, message.pk if knows_id else None)
            reached.append(MEANING.get(word, Message.Status.SENT))
        assert RANK[Message.objects.get(pk=message.pk).status] >= rank_before

    message.refresh_from_db()
    assert message.status == max(reached, key=RANK.__getitem__)
    assert bool(message.error_code) == (message.status == Message.Status.FAILED)
    assert not StatusReport.objects.filter(sid=sid).exists()
