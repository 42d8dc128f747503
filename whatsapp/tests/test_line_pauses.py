"""A line that its provider refuses for how it is set up stops, tells the managers and burns no message."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from leads.models import Notice
from leads.notice_words import address_of, reason_of, title_of
from leads.tests.makers import make_manager
from whatsapp import delivery, line_pauses
from whatsapp.api.facts import message_facts
from whatsapp.line_check import check_line
from whatsapp.models import Conversation, Line, Message
from whatsapp.services import send
from whatsapp.tests.makers import AGENT_NUMBER, make_cloud_line, make_conversation, make_line
from whatsapp.tests.twilio_double import ACCOUNT_SID

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SLACK = timedelta(seconds=30)  # a slow machine makes no difference
LINES_FAULTS = ["401", "20003", "63007", "63015", "21606", "20005", "30002", "21608"]


def thread(line: Line, number: int) -> Conversation:
    phone = f"+55119000000{number:02d}"
    return Conversation.objects.create(
        line=line, client_address=f"whatsapp:{phone}", client_key=phone, last_inbound_at=timezone.now()
    )


def queue(text: str, conversation: Conversation) -> Message:
    [message] = send(conversation, [text], author="agent")
    Message.objects.filter(pk=message.pk).update(send_after=Now())
    return message


def passes(time: timedelta) -> None:
    """As if that time had gone by since everything so far, but for the client's words."""
    for name in ("paused_since", "paused_until"):
        Line.objects.exclude(**{name: None}).update(**{name: F(name) - time})
    Message.objects.update(created_at=F("created_at") - time, send_after=F("send_after") - time)


def state(message: Message) -> str:
    message.refresh_from_db()
    return message.status


def paused_for(line: Line) -> timedelta:
    line.refresh_from_db()
    assert line.paused_until is not None
    return line.paused_until - timezone.now()


def asked(double) -> int:
    return len([one for one in double.requests if one.method == "POST"])


@pytest.mark.parametrize("code", LINES_FAULTS)
def test_deliver_due_lines_fault_stops_the_line_and_every_message_waits(twilio, code):
    twilio.behave(f"400:{code}")
    line = make_line()
    messages = [queue(f"olá {number}", thread(line, number)) for number in range(5)]

    delivery.deliver_due()

    assert {state(message) for message in messages} == {"queued"}
    assert asked(twilio) == 1
    assert MINUTE - SLACK < paused_for(line) <= MINUTE
    assert "not set up correctly" in line.last_error


def test_deliver_due_while_a_line_is_paused_does_not_call_at_once(twilio):
    twilio.behave("400:20003")
    queue("um", thread(line := make_line(), 1))
    queue("dois", thread(line, 2))

    assert delivery.deliver_due() > SLACK.total_seconds()


def test_deliver_due_after_the_pause_a_good_send_lifts_it_and_all_go(twilio):
    twilio.behave("400:20003")
    line = make_line()
    messages = [queue(f"olá {number}", thread(line, number)) for number in range(4)]
    delivery.deliver_due()

    passes(MINUTE)
    delivery.deliver_due()

    assert {state(message) for message in messages} == {"sent"}
    line.refresh_from_db()
    assert (line.paused_until, line.paused_since, line.last_error) == (None, None, "")
    assert sorted(twilio.bodies) == [f"olá {number}" for number in range(4)]
    assert messages[0].error_code == ""


def test_deliver_due_pause_doubles_while_it_goes_on_and_ends_at_an_hour(twilio):
    line = make_line()
    messages = [queue(f"olá {number}", thread(line, number)) for number in range(3)]
    seen = []
    for _ in range(8):
        twilio.behave("400:20003")
        delivery.deliver_due()
        seen.append(round(paused_for(line) / MINUTE))
        passes(paused_for(line))

    assert seen == [1, 2, 4, 8, 16, 32, 60, 60]
    assert {state(message) for message in messages} == {"queued"}


def test_deliver_due_one_line_paused_another_goes_on(twilio):
    broken, good = make_line(account_sid="AC9"), make_line(address="whatsapp:+14155550199")
    twilio.behave("400:20003")
    stopped = queue("um", thread(broken, 1))
    delivery.deliver_due()

    queue("dois", thread(good, 2))
    queue("três", thread(broken, 3))
    delivery.deliver_due()

    assert twilio.bodies == ["dois"]
    assert state(stopped) == "queued"


def test_deliver_due_client_that_alone_cannot_be_reached_so_does_not_hold_up_the_others(twilio):
    """A sandbox refuses whoever has not joined it: their message goes behind those that were not tried."""
    twilio.behave("400:63015", "ok", "ok", "ok", "400:63015")
    line = make_line()
    stranger = queue("quem?", thread(line, 1))
    delivery.deliver_due()
    others = [queue(f"olá {number}", thread(line, number)) for number in range(2, 5)]

    passes(MINUTE)
    delivery.deliver_due()

    assert {state(message) for message in others} == {"sent"}
    assert state(stranger) == "queued"


def test_deliver_due_message_that_waited_a_day_fails_with_the_plain_reason(twilio):
    line = make_line()
    messages = [queue(f"olá {number}", thread(line, number)) for number in range(3)]
    passes(timedelta(hours=25))
    fresh = queue("de hoje", thread(line, 9))
    twilio.behave("400:20003")

    delivery.deliver_due()

    assert {state(message) for message in messages} == {"failed"}
    assert {message.error_code for message in messages} == {"20003"}
    assert "A manager should check it" in messages[-1].error_text
    assert "waits" not in message_facts(messages[-1])["error"]["text"]
    assert state(fresh) == "queued"


def test_deliver_due_meanwhile_the_message_says_that_it_waits(twilio):
    twilio.behave("400:63007")
    message = queue("olá", thread(make_line(), 1))

    delivery.deliver_due()

    message.refresh_from_db()
    error = message_facts(message)["error"]
    assert error["code"] == "63007"
    assert "waits" in error["text"]
    assert message.error_text == error["text"]


def test_deliver_due_every_manager_is_told_once_when_a_line_stops(twilio, settings):
    managers = [make_manager(), make_manager()]
    line = make_line(name="Vendas")
    queue("olá", thread(line, 1))
    for _ in range(3):
        twilio.behave("400:20003")
        delivery.deliver_due()
        passes(paused_for(line))

    told = Notice.objects.filter(kind="alert")
    assert sorted(told.values_list("user", flat=True)) == sorted(manager.pk for manager in managers)
    assert "Vendas" in title_of(told[0])
    assert "20003" in reason_of(told[0])
    assert address_of(told[0]) == settings.PUBLIC_URL + reverse("admin:whatsapp_line_change", args=[line.pk])


@pytest.mark.django_db(transaction=True)
def test_pause_by_several_workers_at_once_is_one_pause_and_one_notice():
    make_manager()
    line = make_line()

    with ThreadPoolExecutor(4) as workers:
        ends = set(workers.map(lambda _: pause_in_own_connection(line.pk), range(4)))

    assert len(ends) == 1
    assert Notice.objects.count() == 1
    assert paused_for(line) <= MINUTE


def pause_in_own_connection(line_id: int) -> datetime:
    try:
        with transaction.atomic():
            return line_pauses.pause(line_id, "20003")
    finally:
        connections.close_all()


def test_deliver_due_fault_of_one_message_stops_no_line(twilio):
    twilio.behave("400:63024")
    line = make_line()
    failing, good = queue("um", thread(line, 1)), queue("dois", thread(line, 2))

    delivery.deliver_due()

    assert (state(failing), state(good)) == ("failed", "sent")
    line.refresh_from_db()
    assert line.paused_until is None
    assert not Notice.objects.exists()


def test_deliver_due_metas_wrong_token_stops_the_line(cloud):
    line = make_cloud_line(access_token="old")
    messages = [queue(f"olá {number}", thread(line, number)) for number in range(3)]

    delivery.deliver_due()

    assert {state(message) for message in messages} == {"queued"}
    assert asked(cloud) == 1
    assert paused_for(line) > SLACK


def test_deliver_due_metas_wrong_parameter_is_the_messages_own(cloud):
    cloud.behave("400:100")
    line = make_cloud_line()
    message = queue("olá", thread(line, 1))

    delivery.deliver_due()

    assert state(message) == "failed"
    line.refresh_from_db()
    assert line.paused_until is None


def test_check_line_that_is_good_lifts_the_pause_and_what_waited_goes(twilio):
    twilio.behave("400:20003")
    line = make_line()
    messages = [queue(f"olá {number}", thread(line, number)) for number in range(2)]
    delivery.deliver_due()

    check_line(line)
    delivery.deliver_due()

    assert {state(message) for message in messages} == {"sent"}
    line.refresh_from_db()
    assert (line.paused_until, line.paused_since, line.last_error) == (None, None, "")


def test_check_line_that_is_refused_leaves_the_pause(twilio, settings):
    twilio.behave("400:20003")
    line = make_line()
    message = queue("olá", thread(line, 1))
    delivery.deliver_due()
    settings.TWILIO_ACCOUNT_SID = ACCOUNT_SID[:-1] + "9"

    check_line(line)
    delivery.deliver_due()

    assert state(message) == "queued"
    assert paused_for(line) > timedelta(0)


def test_line_page_shows_the_pause_and_what_it_means(client, twilio):
    client.force_login(make_manager())
    twilio.behave("400:20003")
    queue("olá", make_conversation())
    delivery.deliver_due()
    line = Line.objects.get(address=AGENT_NUMBER)

    page = client.get(reverse("admin:whatsapp_line_change", args=[line.pk])).content.decode()

    assert "Paused until" in page or "paused until" in page
    assert "ends the pause" in page
    assert 'name="paused_until"' not in page
