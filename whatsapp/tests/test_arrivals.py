"""Messages to the agent wait as rows: each is taken in once, in its client's order, whatever dies."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from whatsapp import arrivals, line_memory
from whatsapp.accounts import account_of
from whatsapp.models import Arrival, Conversation, Line, Message
from whatsapp.payloads import InboundMessage
from whatsapp.signatures import HEADER, sign
from whatsapp.tests.makers import AGENT_NUMBER, INBOUND_PATH, inbound_form, make_line

pytestmark = pytest.mark.django_db


def post(client, form):
    """As Twilio posts it; no worker runs."""
    signature = sign(settings.PUBLIC_URL + INBOUND_PATH, form, account_of(None))
    return client.post(INBOUND_PATH, form, headers={HEADER: signature})


def texts():
    return list(Message.objects.order_by("seq").values_list("body", flat=True))


@contextmanager
def refused_by_the_database(what):
    """Messages of which `what` is not true cannot be written."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE whatsapp_message ADD CONSTRAINT refused CHECK ({what})")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE whatsapp_message DROP CONSTRAINT refused")


@contextmanager
def database_without_room():
    """Writing a message fails as it does where PostgreSQL is out of memory."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53200'; END $$"
        )
        cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON whatsapp_message EXECUTE FUNCTION no_room()")
        try:
            yield
        finally:
            cursor.execute("DROP FUNCTION no_room CASCADE")


def test_message_to_the_agent_is_durable_before_it_is_understood(client):
    make_line()

    assert post(client, inbound_form("Olá", Extra="kept")).status_code == 200

    arrival = Arrival.objects.get()
    assert arrivals.message_of(arrival) == InboundMessage.parse(
        inbound_form("Olá", Extra="kept", MessageSid=arrival.sid)
    )
    assert Message.objects.count() == 0

    assert arrivals.take_in_waiting() == 1
    assert (texts(), Arrival.objects.count()) == (["Olá"], 0)
    assert Line.objects.get().last_inbound_at


def test_same_message_again_changes_nothing_before_and_after_it_is_taken_in(client):
    make_line()
    form = inbound_form("Olá")

    for _ in range(3):
        post(client, form)
    assert Arrival.objects.count() == 1
    arrivals.take_in_waiting()
    post(client, form)
    arrivals.take_in_waiting()

    assert (texts(), Arrival.objects.count()) == (["Olá"], 0)


def test_message_whose_place_is_taken_waits_for_a_person_and_is_not_taken_for_a_known_one(client):
    make_line()
    post(client, inbound_form("one"))
    arrivals.take_in_waiting()
    Message.objects.update(seq=2)  # as after a restored backup: the conversation counts from one

    post(client, inbound_form("two"))
    arrivals.take_in_waiting()

    assert (texts(), "IntegrityError" in Arrival.objects.get().error) == (["one"], True)


def test_media_location_and_referral_survive_the_wait(client):
    make_line()
    form = inbound_form(
        "",
        NumMedia="1",
        MediaUrl0="https://api.twilio.com/m/1",
        MediaContentType0="image/jpeg",
        MessageType="image",
        ReferralSourceType="ad",
    )
    post(client, form)
    arrivals.take_in_waiting()

    message = Message.objects.get()
    assert [item["content_type"] for item in message.media] == ["image/jpeg"]
    assert message.details == form
    assert message.conversation.referral == {"ReferralSourceType": "ad"}


def test_change_of_a_line_is_in_force_at_the_next_message(client):
    line = make_line()
    assert post(client, inbound_form("one")).status_code == 200

    Line.objects.filter(pk=line.pk).update(account_sid="AC1", auth_token="another")
    assert post(client, inbound_form("two")).status_code == 403

    Line.objects.filter(pk=line.pk).update(account_sid="", auth_token="", is_active=False)
    assert post(client, inbound_form("three")).status_code == 200  # signed, but to nobody
    assert Arrival.objects.count() == 1


def test_line_that_changed_after_it_was_read_gets_its_message_all_the_same(client):
    line = make_line()
    post(client, inbound_form("one"))
    Line.objects.filter(pk=line.pk).update(name="Renamed")

    assert post(client, inbound_form("two")).status_code == 200
    assert Arrival.objects.count() == 2
    assert next(line_memory.readings_of(AGENT_NUMBER)).name == "Renamed"


def test_line_that_changes_between_reading_and_storing_is_asked_for_again(client):
    line = make_line(address="whatsapp:+14155230000")
    form = inbound_form("one", To=line.address)

    def change_after_reading(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "row_version" in sql:
            Line.objects.filter(pk=line.pk).update(last_inbound_at=timezone.now())
        return result

    with connection.execute_wrapper(change_after_reading):
        assert post(client, form).status_code == 503
    assert not Arrival.objects.exists()

    assert post(client, form).status_code == 200
    assert Arrival.objects.count() == 1


def test_database_away_answers_503_so_that_twilio_tries_again(client):
    make_line()
    post(client, inbound_form("one"))
    connection.close()
    away, connection.settings_dict["HOST"] = connection.settings_dict["HOST"], "/nowhere"
    try:
        assert post(client, inbound_form("two")).status_code == 503
    finally:
        connection.settings_dict["HOST"] = away


@pytest.mark.django_db(transaction=True)
def test_message_that_cannot_be_taken_in_holds_up_its_own_client_alone(client):
    make_line()
    post(client, inbound_form("broken"))
    post(client, inbound_form("after it"))
    post(client, inbound_form("of another", From="whatsapp:+5511911112222"))
    with refused_by_the_database("body <> 'broken'"):
        arrivals.take_in_waiting()

    assert texts() == ["of another"]
    waiting = Arrival.objects.order_by("pk")
    assert [(row.attempts, bool(row.error)) for row in waiting] == [(1, True), (0, False)]

    Arrival.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert arrivals.take_in_waiting() == 2
    assert list(
        Message.objects.filter(conversation__client_address="whatsapp:+5511987654321")
        .order_by("seq")
        .values_list("body", flat=True)
    ) == ["broken", "after it"]


@pytest.mark.django_db(transaction=True)
def test_message_that_the_database_never_takes_is_given_up_for_a_person(client):
    make_line()
    post(client, inbound_form("broken"))
    post(client, inbound_form("after it"))
    Arrival.objects.filter(message__body="broken").update(attempts=arrivals.MAX_ATTEMPTS - 1)
    with refused_by_the_database("body <> 'broken'"):
        arrivals.take_in_waiting()

    given_up = Arrival.objects.get()
    assert (texts(), given_up.next_attempt_at) == (["after it"], None)
    assert "IntegrityError" in given_up.error


@pytest.mark.django_db(transaction=True)
def test_message_is_not_given_up_for_a_database_that_has_no_room(client):
    make_line()
    post(client, inbound_form("Olá"))
    Arrival.objects.update(attempts=arrivals.MAX_ATTEMPTS + 5)
    with database_without_room():
        arrivals.take_in_waiting()

    waiting = Arrival.objects.get()
    assert "OperationalError" in waiting.error
    assert waiting.next_attempt_at is not None


def test_message_given_up_lets_the_next_pass_and_can_be_tried_again(client):
    make_line()
    post(client, inbound_form("odd"))
    Arrival.objects.update(attempts=arrivals.MAX_ATTEMPTS - 1, message={"media": []})
    post(client, inbound_form("next"))

    arrivals.take_in_waiting()

    odd = Arrival.objects.get()
    assert (texts(), odd.next_attempt_at) == (["next"], None)
    assert "TypeError" in odd.error
    assert arrivals.try_again(Arrival.objects.all()) == 1
    odd.refresh_from_db()
    assert odd.next_attempt_at is not None


@pytest.mark.django_db(transaction=True)
def test_many_workers_take_each_message_once_in_its_clients_order(client):
    make_line()
    people = [f"whatsapp:+55119876500{number:02d}" for number in range(4)]
    for number in range(40):
        post(client, inbound_form(f"{number:02d}", From=people[number % 4]))

    with ThreadPoolExecutor(6) as workers:
        list(workers.map(_work, range(6)))
    _work(0)

    assert Arrival.objects.count() == 0
    for conversation in Conversation.objects.all():
        bodies = list(conversation.messages.order_by("seq").values_list("body", flat=True))
        assert len(bodies) == 10
        assert bodies == sorted(bodies)


def _work(_number):
    try:
        arrivals.take_in_waiting()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_worker_that_dies_before_its_commit_leaves_the_message_to_the_next(client):
    make_line()
    post(client, inbound_form("Olá"))

    with transaction.atomic():
        arrivals._take_in_next()
        transaction.set_rollback(True)

    assert (texts(), Arrival.objects.count()) == ([], 1)
    arrivals.take_in_waiting()
    assert texts() == ["Olá"]
