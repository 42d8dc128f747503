"""Messages that no webhook brought are found on Twilio's own list."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from leads.tests.makers import make_consultant
from whatsapp import arrivals, chat_index, line_memory, recovery, sessions
from whatsapp.models import Line, Message
from whatsapp.payloads import InboundMessage
from whatsapp.redis_connection import connection
from whatsapp.sweeps import rebuild_chat_lists, recover_lost
from whatsapp.tests.makers import (
    AGENT_NUMBER,
    CLIENT,
    inbound_form,
    make_consultant_line,
    make_line,
)
from whatsapp.tests.twilio_double import ACCOUNT_SID

pytestmark = pytest.mark.django_db


def received(twilio, body: str) -> None:
    record = twilio.accept({"From": CLIENT, "To": AGENT_NUMBER, "Body": body})
    record |= {"direction": "inbound", "status": "received"}


def test_recover_lost_takes_in_what_no_webhook_brought_once(twilio):
    make_line()
    received(twilio, "primeira")
    received(twilio, "segunda")

    assert recover_lost() == 2
    assert recover_lost() == 0

    bodies = Message.objects.order_by("seq").values_list("body", flat=True)
    assert list(bodies) == ["primeira", "segunda"]
    assert Line.objects.get().recovered_count == 2


def test_recover_lost_never_takes_our_own_messages_for_a_clients(twilio):
    make_line()
    twilio.accept({"From": CLIENT, "To": AGENT_NUMBER, "Body": "outbound by mistake"})

    assert recover_lost() == 0
    assert not Message.objects.exists()


def received_many(twilio, count: int, to: str = AGENT_NUMBER, sender: str = CLIENT) -> None:
    for number in range(count):
        record = twilio.accept({"From": sender, "To": to, "Body": f"mensagem {number}"})
        record |= {"direction": "inbound", "status": "received"}


def test_recover_lost_more_than_at_once_goes_on_the_next_time(twilio, monkeypatch):
    monkeypatch.setattr(recovery, "MOST_RECOVERED", 3)
    make_line()
    received_many(twilio, 8)

    assert [recover_lost() for _ in range(4)] == [3, 3, 2, 0]
    bodies = Message.objects.order_by("seq").values_list("body", flat=True)
    assert list(bodies) == [f"mensagem {number}" for number in range(8)]


def received_over(twilio, count: int, minutes: float) -> None:
    """Evenly, the last one a minute ago."""
    received_many(twilio, count)
    began = timezone.now() - timedelta(minutes=minutes + 1)
    for number, record in enumerate(twilio.accepted[-count:]):
        moment = format_datetime(began + timedelta(minutes=minutes) * number / count)
        record |= {"date_created": moment, "date_sent": moment}


def bodies() -> list[str]:
    return list(Message.objects.order_by("seq").values_list("body", flat=True))


def test_recover_lost_more_than_a_list_holds_skips_none(twilio, monkeypatch):
    monkeypatch.setattr(recovery, "MOST_LISTED", 10)
    monkeypatch.setattr(recovery, "MOST_RECOVERED", 1000)
    make_line()
    Line.objects.update(reconciled_at=timezone.now() - timedelta(hours=3))
    received_over(twilio, 55, minutes=120)

    assert recover_lost() == 55
    assert bodies() == [f"mensagem {number}" for number in range(55)]
    assert recover_lost() == 0


def test_recover_lost_asks_for_a_few_lists_at_once_and_goes_on_where_it_stopped(twilio, monkeypatch):
    monkeypatch.setattr(recovery, "MOST_LISTED", 10)
    monkeypatch.setattr(recovery, "MOST_LISTS", 2)
    make_line()
    Line.objects.update(reconciled_at=timezone.now() - timedelta(hours=3))
    received_over(twilio, 60, minutes=120)

    counts = [recover_lost()]
    while counts[-1]:
        counts.append(recover_lost())

    assert len(counts) > 3
    assert bodies() == [f"mensagem {number}" for number in range(60)]


def test_recover_lost_of_a_dense_quarter_of_an_hour_comes_to_its_end(twilio, monkeypatch):
    """What is known already must not fill each list anew."""
    monkeypatch.setattr(recovery, "MOST_LISTED", 10)
    monkeypatch.setattr(recovery, "MOST_RECOVERED", 7)
    make_line()
    received_over(twilio, 40, minutes=10)

    for _ in range(20):
        recover_lost()

    assert bodies() == [f"mensagem {number}" for number in range(40)]


def test_recover_lost_leaves_what_waits_to_be_taken_in(twilio, client):
    make_line()
    received(twilio, "a caminho")
    inbound = InboundMessage.parse(inbound_form("a caminho", MessageSid=twilio.accepted[0]["sid"]))
    *_, line = line_memory.readings_of(AGENT_NUMBER)
    assert arrivals.store(line, inbound)

    assert recover_lost() == 0
    assert arrivals.take_in_waiting() == 1


def test_recover_lost_fetches_the_files_of_a_message(twilio):
    make_line()
    received(twilio, "olha")
    record = twilio.accepted[0]
    record["num_media"] = "1"
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{record['sid']}/Media"
    media = {"sid": "ME1", "content_type": "image/jpeg", "uri": f"{path}/ME1.json"}
    twilio.lists[f"{path}.json"] = ("media_list", [media])

    assert recover_lost() == 1

    message = Message.objects.get()
    assert message.kind == "image"
    assert message.media == [{"url": f"https://api.twilio.com{path}/ME1", "content_type": "image/jpeg"}]
    assert message.media_due_at is not None


def received_with_a_file(twilio, body: str) -> str:
    """Where Twilio is asked for the files."""
    received(twilio, body)
    twilio.accepted[-1]["num_media"] = "1"
    return f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{twilio.accepted[-1]['sid']}/Media.json"


def test_recover_lost_keeps_the_words_whose_files_are_refused(twilio):
    make_line()
    received(twilio, "primeira")
    twilio.failing[received_with_a_file(twilio, "olha")] = 404
    received(twilio, "terceira")

    assert [recover_lost(), recover_lost()] == [3, 0]
    kinds = Message.objects.order_by("seq").values_list("body", "kind")
    assert list(kinds) == [("primeira", "text"), ("olha", "media"), ("terceira", "text")]


def test_recover_lost_unreadable_files_hold_up_nobody_and_are_asked_for_again(twilio):
    make_line()
    path = received_with_a_file(twilio, "olha")
    twilio.failing[path] = 500
    received(twilio, "segunda")

    assert recover_lost() == 1
    twilio.failing.clear()
    twilio.lists[path] = ("media_list", [{"sid": "ME1", "content_type": "image/png", "uri": "/m/ME1.json"}])
    assert recover_lost() == 1

    assert Message.objects.get(body="olha").kind == "image"


def test_recover_lost_files_that_stay_unreadable_are_given_up_for_the_words(twilio):
    make_line()
    path = received_with_a_file(twilio, "olha")
    twilio.failing[path] = 500
    twilio.accepted[-1]["date_sent"] = format_datetime(timezone.now() - timedelta(minutes=11))

    assert recover_lost() == 1
    assert Message.objects.get().kind == "media"


def test_recover_lost_of_strangers_counts_each_once_and_keeps_none(twilio):
    line = make_consultant_line(make_consultant("ana"))
    rebuild_chat_lists()
    received_many(twilio, 3, to=line.address)

    assert [recover_lost() for _ in range(2)] == [3, 0]
    [chat] = chat_index.page(line.pk)
    assert (chat.entry.text, chat.unread) == ("mensagem 2", 3)
    assert not Message.objects.exists()


def test_recover_lost_after_redis_was_emptied_takes_nothing_for_new(twilio):
    line = make_consultant_line(make_consultant("ana"))
    received_many(twilio, 3, to=line.address)

    assert recover_lost() == 0
    assert chat_index.page(line.pk)[0].unread == 0


def test_recover_lost_without_redis_waits(twilio, settings):
    make_consultant_line(make_consultant("ana"))
    settings.REDIS_URL = "redis://127.0.0.1:9"
    connection.cache_clear()
    try:
        assert recover_lost() == 0
    finally:
        connection.cache_clear()
    assert Line.objects.get().reconciled_at is None


def test_recover_lost_message_of_a_stranger_leaves_their_name_in_the_chat_list(twilio):
    """Twilio's list has none."""
    line = make_consultant_line(make_consultant("ana"))
    rebuild_chat_lists()
    form = inbound_form("Oi", To=line.address, ProfileName="Marina", MessageSid="SM" + "a" * 32)
    sessions.take_in(line, [InboundMessage.parse(form)])
    received_many(twilio, 1, to=line.address)
    twilio.accepted[-1]["date_created"] = format_datetime(timezone.now() + timedelta(seconds=2))

    assert recover_lost() == 1

    [chat] = chat_index.page(line.pk)
    assert (chat.entry.name, chat.entry.text, chat.unread) == ("Marina", "mensagem 0", 2)
