"""A worker that is told to stop begins nothing; what it leaves is done by the next."""

from contextlib import contextmanager

import pytest
from celery.signals import worker_shutting_down

from agent import notify
from agent.tests.telling_makers import owe
from leads import deliveries, stopping
from leads.models import Delivery, Notice, Source
from leads.tests.makers import make_consultant, make_lead, make_statuses
from whatsapp import arrivals, delivery, line_memory
from whatsapp.models import Arrival, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services import record_inbound, send
from whatsapp.tests.makers import AGENT_NUMBER, inbound_form, make_line

pytestmark = pytest.mark.django_db


@contextmanager
def told_to_stop():
    worker_shutting_down.send(sender=None, sig="SIGTERM", how="Warm", exitcode=0)
    try:
        yield
    finally:
        stopping._asked.clear()


def owe_delivery():
    make_statuses()
    source = Source.objects.create(slug="page", name="Page", secret="s")
    Delivery.objects.create(
        source=source, body=b'{"email": "rui@example.com"}', content_type="application/json"
    )
    return lambda: Delivery.objects.filter(state=Delivery.State.RECEIVED, attempts=0).count()


def owe_arrival():
    make_line()
    *_, line = line_memory.readings_of(AGENT_NUMBER)
    arrivals.store(line, InboundMessage.parse(inbound_form()))
    return Arrival.objects.count


def owe_message():
    conversation = record_inbound(make_line(), InboundMessage.parse(inbound_form())).conversation
    send(conversation, ["Oi!"], author=Message.Author.AGENT)
    # Tried once, it waits longer for a Twilio that has no account here
    return lambda: Message.objects.filter(status=Message.Status.QUEUED, attempts=0).count()


def owe_notice():
    consultant = make_consultant()
    owe(consultant, lead=make_lead(consultant=consultant))
    return lambda: Notice.objects.filter(state=Notice.State.PENDING).count()


@pytest.mark.parametrize(
    ("owe_one", "work"),
    [
        (owe_delivery, deliveries.process_pending),
        (owe_arrival, arrivals.take_in_waiting),
        (owe_message, delivery.deliver_due),
        (owe_notice, notify.tell_consultants),
    ],
)
def test_worker_that_is_told_to_stop_leaves_the_rows_to_the_next(owe_one, work):
    owed = owe_one()

    with told_to_stop():
        work()
        assert owed() == 1

    work()
    assert owed() == 0
