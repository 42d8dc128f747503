"""Sweeps end in time and share their work while Twilio hangs."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
from django.db import connections
from django.utils import timezone

from leads.tests.makers import make_consultant
from whatsapp import reconciliation, recovery
from whatsapp.models import Line, Message
from whatsapp.run_time import until_over
from whatsapp.sweeps import rebuild_chat_lists, settle_unconfirmed
from whatsapp.tests.makers import (
    AGENT_NUMBER,
    CLIENT,
    make_consultant_line,
    make_conversation,
    make_line,
)

pytestmark = pytest.mark.django_db
OTHER_NUMBER = "whatsapp:+14155550177"
_people = count(1)


@pytest.fixture
def hanging(twilio) -> Iterator[set[str]]:
    """The numbers of ours whose lists Twilio does not answer for."""
    numbers, over = set(), threading.Event()

    def hang() -> None:
        asked = twilio.requests[-1].form
        if numbers & {asked.get("From"), asked.get("To")}:
            over.wait(60)

    twilio.on_list = hang
    yield numbers
    over.set()


def in_doubt(line: Line, text: str = "Olá") -> Message:
    """A message whose answer was lost, in a conversation of its own."""
    conversation = make_conversation(line, From=f"whatsapp:+55119{next(_people):08d}")
    conversation.last_seq += 1
    conversation.save()
    message = Message.objects.create(
        conversation=conversation,
        seq=conversation.last_seq,
        direction="out",
        author="agent",
        status="unknown",
    )
    Message.objects.filter(pk=message.pk).update(body=text, updated_at=timezone.now() - timedelta(minutes=1))
    return message


def on_record(twilio, message: Message, text: str = "Olá") -> None:
    conversation = message.conversation
    twilio.accept({"From": conversation.line.address, "To": conversation.client_address, "Body": text})


def asked_about(twilio) -> list[str]:
    """The clients that Twilio was asked about, each time."""
    return [request.form["To"] for request in twilio.requests if request.method == "GET"]


def all_wait_again() -> None:
    Message.objects.filter(status="unknown").update(updated_at=timezone.now() - timedelta(minutes=1))


def test_until_over_without_time_is_the_first_alone():
    assert list(until_over("abc", 0)) == ["a"]


def test_until_over_in_time_is_all():
    assert list(until_over("abc", 3600)) == ["a", "b", "c"]


def test_until_over_of_nothing_is_nothing():
    assert list(until_over("", 3600)) == []


def test_settle_unconfirmed_while_twilio_hangs_asks_a_line_once_in_a_run(twilio, hanging):
    line = make_line()
    for _ in range(4):
        in_doubt(line)
    hanging.add(line.address)

    assert settle_unconfirmed() == 0

    assert len(asked_about(twilio)) == 1
    assert Message.objects.filter(status="unknown", missed_since=None).count() == 4


def test_settle_unconfirmed_asks_about_another_conversation_of_a_hanging_line_each_time(twilio, hanging):
    """One conversation alone may be at fault."""
    line = make_line()
    people = {in_doubt(line).conversation.client_address for _ in range(2)}
    hanging.add(line.address)

    for _ in people:
        settle_unconfirmed()
        waiting = Message.objects.filter(status="unknown")
        for message in waiting:  # a minute passes, which keeps them in their order
            waiting.filter(pk=message.pk).update(updated_at=message.updated_at - timedelta(minutes=1))

    assert set(asked_about(twilio)) == people


def test_settle_unconfirmed_line_that_hangs_holds_up_no_other(twilio, hanging):
    hung, other = make_line(), make_line(address=OTHER_NUMBER)
    for _ in range(3):
        in_doubt(hung)
    message = in_doubt(other)
    on_record(twilio, message)
    hanging.add(hung.address)

    assert settle_unconfirmed() == 1

    message.refresh_from_db()
    assert message.status == "sent"


def test_settle_unconfirmed_hanging_line_with_more_than_a_run_takes_lets_others_come_next(twilio, hanging):
    hung, other = make_line(), make_line(address=OTHER_NUMBER)
    conversation = in_doubt(hung).conversation
    long_ago = timezone.now() - timedelta(hours=2)
    rows = [
        Message(conversation=conversation, seq=seq, direction="out", author="agent", status="unknown")
        for seq in range(100, 220)
    ]
    Message.objects.bulk_create(rows)
    Message.objects.filter(conversation=conversation).update(updated_at=long_ago)
    message = in_doubt(other)
    on_record(twilio, message)
    hanging.add(hung.address)

    assert sum(settle_unconfirmed() for _ in range(2)) == 1

    message.refresh_from_db()
    assert message.status == "sent"


def test_settle_unconfirmed_whose_time_is_up_leaves_the_rest_for_the_next_run(twilio):
    line = make_line()
    messages = [in_doubt(line) for _ in range(3)]
    for message in messages:
        on_record(twilio, message)

    assert [reconciliation.settle_unconfirmed(seconds=0) for _ in range(4)] == [1, 1, 1, 0]


def at_once(twilio, run: Callable[[], object]) -> None:
    """While Twilio answers the first list, another worker runs."""
    began: list[bool] = []

    def during() -> None:
        if not began:
            began.append(True)
            run()
            connections.close_all()

    twilio.on_list = during


@pytest.mark.django_db(transaction=True)
def test_settle_unconfirmed_runs_at_once_ask_about_different_conversations(twilio, settings):
    settings.TWILIO_TIMEOUT_SECONDS = 30
    line = make_line()
    people = sorted(in_doubt(line).conversation.client_address for _ in range(3))
    at_once(twilio, settle_unconfirmed)

    settle_unconfirmed()

    assert sorted(asked_about(twilio)) == people


@pytest.mark.django_db(transaction=True)
def test_settle_unconfirmed_runs_at_once_settle_each_message_once(twilio, settings):
    settings.TWILIO_TIMEOUT_SECONDS = 30
    line, others = make_line(), []
    for _ in range(3):
        on_record(twilio, in_doubt(line))
    at_once(twilio, lambda: others.append(settle_unconfirmed()))

    assert settle_unconfirmed() + others[0] == 3
    sids = Message.objects.filter(status="sent").values_list("sid", flat=True)
    assert sorted(sids) == sorted(record["sid"] for record in twilio.accepted)


def test_settle_unconfirmed_of_a_run_that_died_is_taken_up_by_a_later_one(twilio, settings):
    """What it had taken is due again after a while: nothing but the time is noted."""
    message = in_doubt(make_line())
    on_record(twilio, message)
    Message.objects.filter(pk=message.pk).update(updated_at=timezone.now())

    assert settle_unconfirmed() == 0
    all_wait_again()
    assert settle_unconfirmed() == 1


def test_recover_lost_whose_time_is_up_leaves_lines_for_the_next_run(twilio):
    for number in (AGENT_NUMBER, OTHER_NUMBER):
        make_line(address=number)

    recovery.recover_lost(seconds=0)

    assert Line.objects.exclude(reconciled_at=None).count() == 1


def test_recover_lost_goes_on_where_the_time_of_a_line_was_up(twilio):
    make_line()
    for number in range(3):
        record = twilio.accept({"From": CLIENT, "To": AGENT_NUMBER, "Body": f"mensagem {number}"})
        record |= {"direction": "inbound", "status": "received"}

    assert [recovery.recover_lost(line_seconds=0) for _ in range(4)] == [1, 1, 1, 0]
    bodies = Message.objects.order_by("seq").values_list("body", flat=True)
    assert list(bodies) == [f"mensagem {number}" for number in range(3)]


def test_rebuild_chat_lists_whose_time_is_up_leaves_lines_for_the_next_run(twilio, hanging):
    lines = [
        make_consultant_line(make_consultant(name), address=f"whatsapp:+1415555012{number}")
        for number, name in enumerate(("ana", "bia", "eva"))
    ]
    hanging |= {line.address for line in lines}

    rebuild_chat_lists(seconds=0)

    assert len(asked_about(twilio)) == 1
