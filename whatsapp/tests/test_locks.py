"""One client, two lines, two wishes at once."""

import time
from threading import Thread

import pytest
from django.db import connection, connections, transaction

from leads.tests.makers import make_consultant
from whatsapp.models import Conversation, Line
from whatsapp.payloads import InboundMessage
from whatsapp.services import record_inbound
from whatsapp.tests.makers import inbound_form, make_consultant_line, make_conversation

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 10


def ask_to_stop(line: Line) -> None:
    try:
        record_inbound(line, InboundMessage.parse(inbound_form("PARAR", To=line.address)))
    finally:
        connections.close_all()


def wait_until_somebody_waits() -> None:
    """Until another connection stands before a lock. (`pg_stat_activity` stands still in a transaction.)"""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_record_inbound_stop_holds_nothing_while_it_waits_for_another_line():
    make_conversation()
    make_conversation(line=make_consultant_line(make_consultant("ana")))
    first, second = Conversation.objects.order_by("pk")

    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=first.pk)
        stop = Thread(target=ask_to_stop, args=[second.line])
        stop.start()
        wait_until_somebody_waits()
        Conversation.objects.select_for_update(nowait=True).get(pk=second.pk)
    stop.join(PATIENCE_SECONDS)

    assert set(Conversation.objects.values_list("is_opted_out", flat=True)) == {True}
