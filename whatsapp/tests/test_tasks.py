"""Who sends what was just queued: the thread that queued it, or a worker that is woken."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from whatsapp.models import Message
from whatsapp.services import send
from whatsapp.tasks import delivering_here
from whatsapp.tests.makers import make_conversation, make_line

pytestmark = pytest.mark.django_db
WAKE = f"{settings.REDIS_PREFIX}wake:whatsapp.deliver_messages"


def wakes(redis_client) -> list[str]:
    return [key.decode() for key in redis_client.scan_iter(f"{WAKE}*", count=1000)]


def test_delivering_here_another_lines_backlog_does_not_hold_up_the_reply(
    twilio, django_capture_on_commit_callbacks
):
    busy = make_conversation(make_line(name="Busy", address="whatsapp:+14155230001"))
    send(busy, ["Of an hour ago"], author="agent")
    Message.objects.filter(conversation=busy).update(send_after=timezone.now() - timedelta(hours=1))
    asked = make_conversation()

    with delivering_here(), django_capture_on_commit_callbacks(execute=True):
        [reply] = send(asked, ["Olá!"], author="agent")

    reply.refresh_from_db()
    assert reply.status == "sent"


def test_delivering_here_what_is_left_to_send_wakes_a_worker(
    twilio, redis_client, django_capture_on_commit_callbacks
):
    asked = make_conversation()

    with delivering_here(), django_capture_on_commit_callbacks(execute=True):
        send(asked, ["Olá!", "Como posso ajudar?"], author="agent")

    assert [message["body"] for message in twilio.accepted] == ["Olá!"]
    [woken] = wakes(redis_client)
    assert woken.endswith(":later")


def test_delivering_here_line_that_rests_is_left_alone(twilio, django_capture_on_commit_callbacks):
    line = make_line(paused_since=timezone.now(), paused_until=timezone.now() + timedelta(hours=1))
    asked = make_conversation(line)

    with delivering_here(), django_capture_on_commit_callbacks(execute=True):
        [reply] = send(asked, ["Olá!"], author="agent")

    reply.refresh_from_db()
    assert (reply.status, twilio.accepted) == ("queued", [])


def test_deliver_soon_outside_of_the_block_wakes_a_worker(
    twilio, redis_client, django_capture_on_commit_callbacks
):
    asked = make_conversation()
    with delivering_here():
        pass

    with django_capture_on_commit_callbacks(execute=True):
        send(asked, ["Olá!"], author="agent")

    assert (wakes(redis_client), twilio.accepted) == ([f"{WAKE}:"], [])
