"""Not too fast for one client, nor for one line; always in order; nobody else waits for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone

from leads.tests.makers import make_consultant
from whatsapp import delivery, pace
from whatsapp.models import Conversation, Line, Message
from whatsapp.redis_connection import connection
from whatsapp.services import send
from whatsapp.tests.makers import make_consultant_line, make_line

pytestmark = pytest.mark.django_db
MINUTE = 60  # between messages in these tests, so that a slow machine makes no difference


@pytest.fixture(autouse=True)
def short_credit(settings) -> None:
    settings.WHATSAPP_PAIR_SECONDS, settings.WHATSAPP_PAIR_BURST = MINUTE, 3


def thread(phone="+5511900000001", line=None) -> Conversation:
    line = line or Line.objects.first() or make_line()
    return Conversation.objects.create(
        line=line, client_address=f"whatsapp:{phone}", client_key=phone, last_inbound_at=timezone.now()
    )


def queue(conversation: Conversation, *texts: str) -> None:
    send(conversation, texts, author="agent")
    due_now()


def due_now() -> None:
    Message.objects.filter(status="queued").update(send_after=Now())


def waiting() -> list[str]:
    """What is not sent yet. The first of it is due in less than a minute, and not at once."""
    rows = Message.objects.filter(status="queued").order_by("seq").values_list("body", "send_after")
    bodies, moments = zip(*rows, strict=True)
    assert 0 < (moments[0] - timezone.now()).total_seconds() <= MINUTE
    return list(bodies)


def passes(seconds: float) -> None:
    """As if that time had gone by since everything so far."""
    earlier = timedelta(seconds=seconds)
    for message in Message.objects.exclude(send_after=None):
        message.send_after -= earlier
        message.paced_until = message.paced_until and message.paced_until - earlier
        message.save(update_fields=["send_after", "paced_until"])


def test_deliver_due_burst_goes_at_once_and_the_rest_one_by_one(twilio):
    queue(thread(), "1", "2", "3", "4", "5")

    assert 0 < delivery.deliver_due() <= MINUTE
    assert twilio.bodies == ["1", "2", "3"]
    assert waiting() == ["4", "5"]

    passes(MINUTE)
    delivery.deliver_due()
    assert twilio.bodies == ["1", "2", "3", "4"]
    assert waiting() == ["5"]


def test_deliver_due_credit_comes_back_with_time(twilio):
    conversation = thread()
    queue(conversation, "1", "2", "3")
    delivery.deliver_due()
    passes(2 * MINUTE)

    queue(conversation, "4", "5", "6")
    delivery.deliver_due()

    assert twilio.bodies == ["1", "2", "3", "4", "5"]
    assert waiting() == ["6"]


def test_deliver_due_one_impatient_thread_holds_up_nobody_else(twilio):
    queue(thread(), *"1234567")
    queue(thread("+5511900000002"), "a", "b")

    delivery.deliver_due()

    assert sorted(twilio.bodies) == ["1", "2", "3", "a", "b"]


def test_deliver_due_same_client_on_another_line_has_credit_of_its_own(twilio):
    queue(thread(), *"1234")
    own = make_consultant_line(make_consultant())
    queue(thread(line=own), "a")

    delivery.deliver_due()

    assert set(twilio.bodies) == {"1", "2", "3", "a"}


def test_deliver_due_pace_never_reorders(twilio):
    conversation = thread()
    queue(conversation, *"123456789")
    for _ in range(8):
        delivery.deliver_due()
        passes(MINUTE)

    assert twilio.bodies == list("123456789")


def test_deliver_due_refused_attempts_count_as_well(twilio):
    twilio.behave("429", "429", "429")
    queue(thread(), "1")
    for _ in range(3):
        delivery.deliver_due()
        due_now()

    delivery.deliver_due()

    assert twilio.bodies == []
    assert waiting() == ["1"]


def test_deliver_due_without_pair_limit_sends_all(twilio, settings):
    settings.WHATSAPP_PAIR_SECONDS = 0
    queue(thread(), *"123456789")

    delivery.deliver_due()

    assert twilio.bodies == list("123456789")


def test_deliver_due_full_line_waits_and_other_lines_go_on(twilio, settings):
    settings.WHATSAPP_LINE_PER_SECOND = 0.01
    agents = [thread(f"+551190000000{n}") for n in range(4)]
    for number, conversation in enumerate(agents):
        queue(conversation, f"agent {number}")
    own = make_consultant_line(make_consultant())
    queue(thread("+5511900000009", own), "own")

    seconds = delivery.deliver_due()

    assert sorted(twilio.bodies) == ["agent 0", "own"]
    assert 0 < seconds <= 1
    assert Message.objects.filter(status="queued", attempts=0).count() == 3


def test_line_has_room_for_its_rate_and_a_second_of_credit(settings):
    settings.WHATSAPP_LINE_PER_SECOND = 20
    taken = sum(pace.line_has_room(7) for _ in range(100))

    assert 20 <= taken <= 30
    assert pace.line_has_room(8)


def test_line_has_room_without_redis_always(settings, monkeypatch):
    monkeypatch.setattr(pace, "_ask_again_at", 0.0)  # and is put back
    settings.WHATSAPP_LINE_PER_SECOND = 1
    address, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:9"
    connection.cache_clear()
    try:
        assert all(pace.line_has_room(7) for _ in range(20))
    finally:
        settings.REDIS_URL = address
        connection.cache_clear()


def test_deliver_due_lines_take_turns_whatever_the_backlog_of_one(twilio):
    for number in range(5):
        queue(thread(f"+551190000000{number}"), f"agent {number}")
    own = make_consultant_line(make_consultant())
    queue(thread("+5511900000009", own), "own")

    delivery.deliver_due()

    assert twilio.bodies.index("own") == 1


@pytest.mark.django_db(transaction=True)
def test_deliver_due_by_many_workers_keeps_order_and_pace(twilio):
    for number in range(6):
        queue(thread(f"+551190000000{number}"), *(f"{number}:{part}" for part in range(5)))

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: in_own_connection(delivery.deliver_due), range(4)))

    for number in range(6):
        said = [body for body in twilio.bodies if body.startswith(f"{number}:")]
        assert said == [f"{number}:{part}" for part in range(3)]


def in_own_connection(work: Callable[[], object]) -> None:
    try:
        work()
    finally:
        connections.close_all()
