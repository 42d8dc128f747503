"""One client, two lines, two wishes at once."""

import time
from functools import partial
from threading import Thread
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from leads.tests.makers import make_consultant, make_lead
from whatsapp import adoption, chat_index, consent, following, sessions
from whatsapp.locks import lock_conversation
from whatsapp.models import Conversation, Line
from whatsapp.payloads import InboundMessage
from whatsapp.services import record_inbound, send
from whatsapp.services.opening import open_conversation
from whatsapp.tests.makers import (
    CLIENT,
    inbound_form,
    known_lead,
    make_consultant_line,
    make_conversation,
    make_line,
)

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 30
HIDDEN = {"From": "whatsapp:BR.150257639", "WaId": "", "ExternalUserId": "BR.150257639"}
WAITING_FOR_US = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"""


def write(line: Line, body: str, **over) -> None:
    try:
        record_inbound(line, InboundMessage.parse(inbound_form(body, To=line.address, **over)))
    finally:
        connections.close_all()


def ask_to_stop(line: Line, **over) -> None:
    write(line, "PARAR", **over)


def open_for_template(line: Line) -> None:
    try:
        with transaction.atomic():
            open_conversation(line, CLIENT.removeprefix("whatsapp:"))
    finally:
        connections.close_all()


def adopt_chat(line: Line) -> None:
    """As where the person in the chat list of this line has just become a lead."""
    try:
        [chat] = chat_index.page(line.pk)
        adoption.adopt(line, chat.entry, known_lead(phone=CLIENT.removeprefix("whatsapp:")).pk)
    finally:
        connections.close_all()


def opt_out(conversation: Conversation) -> None:
    """As a turn does that understood the wish."""
    try:
        with transaction.atomic():
            consent.hold_person(conversation)
            consent.opt_out(lock_conversation(conversation.pk), None, "chega, por favor")
    finally:
        connections.close_all()


def claim(lead_id: UUID) -> None:
    try:
        following.claim_conversations(lead_id)
    finally:
        connections.close_all()


def follow(lead_id: UUID) -> None:
    try:
        following.follow_assignment(lead_id)
    finally:
        connections.close_all()


def wait_until_somebody_waits() -> None:
    """Until another connection stands before a lock of ours. (`pg_stat_activity` stands still in a transaction.)"""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        with connection.cursor() as cursor:
            cursor.execute(WAITING_FOR_US)
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


def test_record_inbound_stop_by_another_name_waits_for_all_of_the_person_holding_nothing():
    """Whatever they call themselves, everybody holds the same rows in the same order."""
    make_conversation(ExternalUserId=HIDDEN["ExternalUserId"])
    make_conversation(line=make_consultant_line(make_consultant("ana")), **HIDDEN)
    first, second = Conversation.objects.order_by("pk")
    names = {"+5511987654321": {}, HIDDEN["ExternalUserId"]: HIDDEN}[second.client_key]

    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=first.pk)
        stop = Thread(target=ask_to_stop, args=[second.line], kwargs=names)
        stop.start()
        wait_until_somebody_waits()
        Conversation.objects.select_for_update(nowait=True).get(pk=second.pk)
    stop.join(PATIENCE_SECONDS)

    assert set(Conversation.objects.values_list("is_opted_out", flat=True)) == {True}


def test_opt_out_takes_no_message_of_a_conversation_that_somebody_holds():
    """Who takes over holds the conversation and then drops its messages: the same order, or a deadlock."""
    ours = make_conversation()
    held = make_conversation(line=make_consultant_line(make_consultant("ana")))
    queued = send(held, ["Um momento."], author="system")[0]

    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=held.pk)
        stop = Thread(target=opt_out, args=[ours])
        stop.start()
        wait_until_somebody_waits()
        held.messages.select_for_update(nowait=True).get(pk=queued.pk)
    stop.join(PATIENCE_SECONDS)

    queued.refresh_from_db()
    assert queued.status == "cancelled"
    assert set(Conversation.objects.values_list("is_opted_out", flat=True)) == {True}


def test_claim_conversations_holds_nothing_while_it_waits():
    """A lead appears while its client asks two lines at once to stop."""
    make_conversation()
    make_conversation(line=make_consultant_line(make_consultant("ana")))
    lead = known_lead(phone="+5511987654321")
    first, second = Conversation.objects.order_by("pk")

    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=first.pk)
        claiming = Thread(target=claim, args=[lead.pk])
        claiming.start()
        wait_until_somebody_waits()
        Conversation.objects.select_for_update(nowait=True).get(pk=second.pk)
    claiming.join(PATIENCE_SECONDS)

    assert set(Conversation.objects.values_list("lead", flat=True)) == {lead.pk}


def test_follow_assignment_holds_nothing_while_it_waits():
    make_conversation()
    make_conversation(line=make_line(address="whatsapp:+14155550177"))
    lead = make_lead(consultant=make_consultant("ana"))
    Conversation.objects.update(lead=lead, status="transferred")
    first, second = Conversation.objects.order_by("pk")

    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=first.pk)
        follower = Thread(target=follow, args=[lead.pk])
        follower.start()
        wait_until_somebody_waits()
        Conversation.objects.select_for_update(nowait=True).get(pk=second.pk)
    follower.join(PATIENCE_SECONDS)

    assert set(Conversation.objects.values_list("consultant__user__username", flat=True)) == {"ana"}


@pytest.mark.parametrize("begin", [partial(write, body="Oi"), open_for_template, adopt_chat])
def test_conversation_that_begins_while_the_client_opts_out_elsewhere_is_opted_out(begin):
    """Neither is written yet when the other looks: one of them has to wait."""
    agents, own = make_line(), make_consultant_line(make_consultant("ana"))
    sessions.take_in(own, [InboundMessage.parse(inbound_form("Oi", To=own.address))])

    with transaction.atomic():
        record_inbound(agents, InboundMessage.parse(inbound_form("parar")))
        beginning = Thread(target=begin, args=[own])
        beginning.start()
        wait_until_somebody_waits()
    beginning.join(PATIENCE_SECONDS)

    states = Conversation.objects.values_list("line__kind", "is_opted_out", "stage")
    assert set(states) == {("agent", True, "opted_out"), ("consultant", True, "opted_out")}


@pytest.mark.parametrize(("word", "is_opted_out"), [("parar", True), ("voltar", False)])
def test_wish_while_a_conversation_begins_elsewhere_reaches_that_one_too(word, is_opted_out):
    agents, own = make_line(), make_consultant_line(make_consultant("ana"))
    if not is_opted_out:
        make_conversation(agents, "parar")

    with transaction.atomic():
        record_inbound(own, InboundMessage.parse(inbound_form("Oi", To=own.address)))
        wish = Thread(target=write, args=[agents, word])
        wish.start()
        wait_until_somebody_waits()
    wish.join(PATIENCE_SECONDS)

    assert list(Conversation.objects.values_list("is_opted_out", flat=True)) == [is_opted_out] * 2


@pytest.mark.parametrize(("first", "second"), [({"ExternalUserId": "BR.150257639"}, HIDDEN), (HIDDEN, {})])
def test_first_messages_at_once_by_two_names_of_one_person_are_one_conversation(first, second):
    line = make_line()

    with transaction.atomic():
        record_inbound(line, InboundMessage.parse(inbound_form("Oi", **first)))
        other = Thread(
            target=write, args=[line, "Bom dia"], kwargs={"ExternalUserId": "BR.150257639"} | second
        )
        other.start()
        wait_until_somebody_waits()
    other.join(PATIENCE_SECONDS)

    assert Conversation.objects.get().last_seq == 2
