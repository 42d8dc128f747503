"""Status reports in any order end in the same place."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whatsapp import delivery
from whatsapp.models import Conversation, Line, Message, StatusReport
from whatsapp.payloads import DeliveryStatus
from whatsapp.services import send
from whatsapp.statuses import MEANING, RANK, hear, settle
from whatsapp.sweeps import apply_status_reports
from whatsapp.tests.makers import make_conversation, make_line

pytestmark = pytest.mark.django_db
SID = "SM" + "d" * 32


def queued() -> Message:
    return send(make_conversation(), ["Olá"], author="agent")[0]


def line_of(message: Message) -> Line:
    return message.conversation.line


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered", "read"])))
def test_hear_any_order_ends_read(order):
    message = queued()
    for status in order:
        hear(DeliveryStatus(sid=SID, status=status), message.pk, line=line_of(message))

    message.refresh_from_db()
    assert (message.status, message.sid) == ("read", SID)


@pytest.mark.parametrize("order", list(permutations(["sent", "failed", "sent"])))
def test_hear_failure_in_any_order_stays_failed(order):
    message = queued()
    for status in order:
        code = "63024" if status == "failed" else ""
        report = DeliveryStatus(sid=SID, status=status, error_code=code)
        hear(report, message.pk, line=line_of(message))

    message.refresh_from_db()
    assert (message.status, message.error_code) == ("failed", "63024")


@pytest.mark.parametrize("order", list(permutations(["failed", "delivered"])))
def test_hear_delivered_outweighs_a_report_of_failure(order):
    message = queued()
    for status in order:
        report = DeliveryStatus(sid=SID, status=status, error_code="30008" * (status == "failed"))
        hear(report, message.pk, line=line_of(message))

    message.refresh_from_db()
    assert (message.status, message.error_code) == ("delivered", "")


def test_hear_report_before_the_message_is_known_is_kept_and_applied():
    message = queued()
    hear(DeliveryStatus(sid=SID, status="delivered"), line=line_of(message))
    assert StatusReport.objects.count() == 1

    settle(message.pk, "sent", sid=SID)

    message.refresh_from_db()
    assert message.status == "delivered"
    assert not StatusReport.objects.exists()


def test_hear_report_while_the_create_call_runs_is_not_undone_by_its_answer(twilio):
    message = queued()
    twilio.on_accept = None
    claimed = delivery.claim_next()
    hear(DeliveryStatus(sid=SID, status="read"), message.pk, line=line_of(message))

    settle(claimed.pk, "sent", sid=SID)

    message.refresh_from_db()
    assert message.status == "read"


def test_apply_status_reports_finds_what_was_kept_while_the_answer_was_written():
    message, foreign = queued(), make_line(address="whatsapp:+14155550199")
    settle(message.pk, "sent", sid=SID)
    StatusReport.objects.create(line=line_of(message), sid=SID, status="delivered")
    StatusReport.objects.create(line=foreign, sid=SID, status="read")
    StatusReport.objects.create(line=foreign, sid="SM" + "e" * 32, status="read")

    assert (apply_status_reports(), apply_status_reports()) == (1, 0)

    message.refresh_from_db()
    assert message.status == "delivered"
    assert set(StatusReport.objects.values_list("line", flat=True)) == {foreign.pk}


@pytest.mark.parametrize("knows_id", [True, False])
def test_hear_report_of_another_line_changes_nothing(knows_id):
    message, foreign = queued(), make_line(address="whatsapp:+14155550199")
    settle(message.pk, "sent", sid=SID)
    report = DeliveryStatus(sid=SID, status="failed", error_code="21610")

    hear(report, message.pk if knows_id else None, line=foreign)

    message.refresh_from_db()
    assert (message.status, message.error_code) == ("sent", "")
    assert not Conversation.objects.get().is_opted_out


def test_hear_report_of_another_line_is_not_applied_when_the_message_appears():
    message, foreign = queued(), make_line(address="whatsapp:+14155550199")
    hear(DeliveryStatus(sid=SID, status="read"), message.pk, line=foreign)

    settle(message.pk, "sent", sid=SID)

    message.refresh_from_db()
    assert message.status == "sent"
    assert StatusReport.objects.get().line == foreign


def test_hear_report_about_an_inbound_message_changes_nothing():
    conversation = make_conversation()
    inbound = conversation.messages.get()

    hear(DeliveryStatus(sid=inbound.sid, status="read"), line=conversation.line)

    inbound.refresh_from_db()
    assert inbound.status == "received"


def test_hear_unknown_word_is_ignored():
    message = queued()
    hear(DeliveryStatus(sid=SID, status="partially_delivered"), message.pk, line=line_of(message))

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
            hear(report, message.pk if knows_id else None, line=conversation.line)
            reached.append(MEANING.get(word, Message.Status.SENT))
        assert RANK[Message.objects.get(pk=message.pk).status] >= rank_before

    message.refresh_from_db()
    assert message.status == max(reached, key=RANK.__getitem__)
    assert bool(message.error_code) == (message.status == Message.Status.FAILED)
    assert not StatusReport.objects.filter(sid=sid).exists()
