"""A worker that is told to stop begins nothing; what it leaves is done by the next."""

from contextlib import contextmanager

import pytest
from celery.signals import worker_shutting_down
from django.db.models.signals import post_save

from agent import notify, rehearsing
from agent.models import Playbook
from agent.playbook_library import load_library
from agent.tests.telling_makers import owe
from leads import deliveries, stopping
from leads.models import Delivery, Notice, Source
from leads.signals import lead_received
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


@contextmanager
def told_to_stop_at(signal):
    def ask(**_):
        worker_shutting_down.send(sender=None, sig="SIGTERM", how="Warm", exitcode=0)

    signal.connect(ask)
    try:
        yield
    finally:
        signal.disconnect(ask)
        stopping._asked.clear()


def make_delivery(name):
    make_statuses()
    source, _ = Source.objects.get_or_create(slug="page", defaults={"name": "Page", "secret": "s"})
    body = f'{{"email": "{name}@example.com"}}'.encode()
    return Delivery.objects.create(source=source, body=body, content_type="application/json")


def owe_delivery():
    make_delivery("rui")
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


@pytest.mark.django_db(transaction=True)
def test_worker_that_is_told_to_stop_gives_back_what_it_has_claimed_and_not_begun():
    first, second = make_delivery("rui"), make_delivery("eva")

    with told_to_stop_at(lead_received):
        assert deliveries.process_pending() == 1

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.state == Delivery.State.PROCESSED
    assert (second.state, second.attempts) == (Delivery.State.RECEIVED, 0)
    assert deliveries.process_pending() == 1


@pytest.mark.django_db(transaction=True)
def test_rehearsal_that_is_stopped_goes_on_where_it_was():
    playbook = Playbook.objects.create(name="Solar", domain="solar", draft=load_library("solar"))
    rehearsal = rehearsing.rehearse(playbook)

    with told_to_stop_at(post_save):
        assert rehearsing.play_due() == 0

    rehearsal.refresh_from_db()
    assert (rehearsal.state, rehearsal.attempts, rehearsal.leased_until) == ("pending", 0, None)
    assert rehearsing.play_due() == 1
