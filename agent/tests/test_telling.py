"""Told once per channel: by many workers at once, through quiet hours, and by workers that are killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from agent import notify, telling
from agent.models import Notification
from agent.tests.telling_makers import owe, state_of, states_of, tell
from leads.actors import SYSTEM
from leads.models import Assignment, Lead, Notice, NoticePreferences, User
from leads.services import assigning
from leads.services.notices import notify_managers
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager
from tests.stack import database_url
from whatsapp.models import Conversation, Message
from whatsapp.tests.makers import make_line


@pytest.fixture
def ana(db):
    return make_consultant("ana")


def lapse_leases() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Notification.objects.filter(state="sending").update(lease_until=past)
    Notification.objects.filter(state="pending").update(next_attempt_at=past)


# Quiet hours


def be_quiet_now(consultant, hours: int = 1) -> None:
    now = timezone.localtime()
    NoticePreferences.objects.create(
        user=consultant.user,
        quiet_from=(now - timedelta(hours=1)).time(),
        quiet_until=(now + timedelta(hours=hours)).time(),
    )


@pytest.mark.django_db
def test_notice_in_quiet_hours_is_on_the_desk_at_once_and_elsewhere_when_they_are_over(ana, mail_server):
    be_quiet_now(ana)
    notice = owe(ana)
    assert tell() == 0
    assert states_of(notice) == {"app": "sent", "email": "pending"}
    letter = Notification.objects.get(channel="email")
    assert timedelta(minutes=58) < letter.next_attempt_at - timezone.now() <= timedelta(hours=1)
    assert letter.attempts == 0
    NoticePreferences.objects.update(quiet_from=None, quiet_until=None)
    lapse_leases()
    assert tell() == 1
    assert len(mail_server.letters) == 1


@pytest.mark.django_db
def test_notice_that_waited_until_the_lead_was_somebody_elses_is_not_sent(ana, mail_server):
    be_quiet_now(ana)
    notice = owe(ana)
    tell()
    Lead.objects.update(consultant=make_consultant("bia"))
    NoticePreferences.objects.update(quiet_from=None, quiet_until=None)
    lapse_leases()
    tell()
    assert state_of(notice, "email") == ("skipped", "not_theirs")
    assert mail_server.letters == []


@pytest.mark.django_db
def test_warning_about_a_lead_that_was_answered_meanwhile_is_not_sent(ana, mail_server):
    lead = make_lead(consultant=ana, first_response_at=timezone.now())
    notice = owe(ana, kind="warned", lead=lead, minutes=3)
    tell()
    assert state_of(notice, "email") == ("skipped", "answered")


@pytest.mark.django_db
def test_warning_tells_how_long_is_left(ana, mail_server):
    owe(ana, kind="warned", minutes=3)
    tell()
    assert "Reply within 3 minutes" in mail_server.letters[0].get_content()


@pytest.mark.django_db
def test_lead_taken_away_is_told_without_what_the_reader_may_not_see_any_more(ana, mail_server):
    lead = make_lead(consultant=make_consultant("bia"), name="Júlia", message="Quero visitar")
    owe(ana, kind="taken_away", lead=lead, to="Bia", minutes=10)
    tell()
    (letter,) = mail_server.letters
    assert letter["subject"] == "Júlia went to somebody else"
    text = letter.get_content()
    assert "There was no first reply within 10 minutes. Bia has this lead now." in text
    for secret in (lead.phone, "Quero visitar", str(lead.pk)):
        assert secret not in text


@pytest.mark.django_db
def test_notice_to_somebody_who_was_deactivated_is_not_sent(ana, mail_server):
    notice = owe(ana)
    notify.tell_consultants()
    ana.user.is_active = False
    ana.user.save()
    telling.deliver_notifications()
    assert state_of(notice, "email") == ("skipped", "not_here")


@pytest.mark.django_db
@pytest.mark.parametrize("is_demoted", [True, False])
def test_alert_to_a_manager_who_is_none_any_more_tells_nothing_of_the_lead(mail_server, is_demoted):
    manager = make_manager("rita")
    lead = make_lead(message="Quero a casa da praia")
    notify_managers(kind="alert", key="alert", lead=lead, facts={"minutes": 15})
    notify.tell_consultants()
    User.objects.filter(pk=manager.pk).update(is_superuser=not is_demoted)

    assert telling.deliver_notifications() == (0 if is_demoted else 1)

    expected = ("skipped", "not_theirs") if is_demoted else ("sent", "")
    assert state_of(Notice.objects.get(user=manager), "email") == expected
    assert len(mail_server.letters) == (0 if is_demoted else 1)


@pytest.mark.django_db
def test_notices_speak_the_readers_language(ana, mail_server):
    ana.user.language = "pt-br"
    ana.user.save()
    owe(ana)
    tell()
    assert "Temperatura" in mail_server.letters[0].get_content()


@pytest.mark.django_db
def test_assignment_that_was_overtaken_by_another_is_not_told():
    ana, bia = make_consultant("ana"), make_consultant("bia")
    lead = make_lead()
    for consultant in (ana, bia):
        with transaction.atomic():
            assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="manual", to=consultant)
    notify.tell_consultants()
    assert list(Notice.objects.values_list("user__username", flat=True)) == ["bia"]
    assert sorted(Assignment.objects.values_list("notice", flat=True)) == ["none", "told"]


# Many workers


@pytest.mark.django_db(transaction=True)
def test_eight_workers_tell_each_assignment_once_by_each_channel(push, mail_server):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_circle(ana, bia)
    push.subscribe(ana.user)
    push.subscribe(bia.user)
    for _ in range(20):
        with transaction.atomic():
            assigning.assign_lead(lead=make_lead(), actor=SYSTEM, trigger="arrival")

    def work(_: int) -> None:
        try:
            tell()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert Counter(Notification.objects.values_list("channel", "state")) == {
        ("app", "sent"): 20,
        ("push", "sent"): 20,
        ("email", "sent"): 20,
    }
    assert len({shown["tag"] for shown in push.shown}) == len(push.shown) == 20
    assert len({letter["message-id"] for letter in mail_server.letters}) == len(mail_server.letters) == 20


# Workers that are killed


@contextmanager
def worker(port: int) -> Iterator[subprocess.Popen]:
    environment = os.environ | {
        "DEMO": "1",
        "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "OUTBOUND_PRIVATE_HOSTS": "127.0.0.1",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    program = Path(__file__).with_name("telling_worker.py")
    process = subprocess.Popen([sys.executable, str(program)], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends_at, "it did not come true"
        time.sleep(0.05)


def kill_when(double, port: int) -> None:
    """A worker runs until the double has taken something, and dies before it hears of it."""
    taken = threading.Event()

    def kill() -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()
        taken.set()

    with worker(port) as process:
        double.on_accept = kill
        wait_for(taken.is_set)
    double.on_accept = None


def settled(notice: Notice) -> Callable[[], bool]:
    waiting = Notification.objects.filter(notice=notice, state__in=["pending", "sending"])
    return lambda: Notification.objects.filter(notice=notice).exists() and not waiting.exists()


@pytest.mark.django_db(transaction=True)
def test_worker_killed_while_a_letter_is_taken_never_sends_it_again_and_says_so(mail_server):
    notice = owe(make_consultant("ana"))
    kill_when(mail_server, mail_server.port)
    assert state_of(notice, "email")[0] == "sending"
    lapse_leases()
    with worker(mail_server.port):
        wait_for(settled(notice))
    assert state_of(notice, "email") == ("unknown", "lapsed")
    assert len(mail_server.letters) == 1
    assert Notification.objects.filter(notice=notice, channel="email").count() == 1


@pytest.mark.django_db(transaction=True)
def test_worker_killed_while_a_push_is_taken_sends_one_that_replaces_it(push, mail_server):
    ana = make_consultant("ana")
    push.subscribe(ana.user)
    NoticePreferences.objects.create(user=ana.user, by_email=False)
    notice = owe(ana)
    kill_when(push, mail_server.port)
    lapse_leases()
    with worker(mail_server.port):
        wait_for(settled(notice))
    assert state_of(notice, "push") == ("sent", "")
    assert {shown["tag"] for shown in push.shown} == {f"notice-{notice.pk}"}
    assert {headers["topic"] for headers in push.headers} == {f"notice-{notice.pk}"}


@pytest.mark.django_db(transaction=True)
def test_worker_killed_before_the_wire_loses_nothing_but_time(push, mail_server):
    ana = make_consultant("ana")
    push.subscribe(ana.user)
    NoticePreferences.objects.create(user=ana.user, by_email=False)
    notice = owe(ana)
    push.hang_seconds = 60
    with worker(mail_server.port):
        wait_for(lambda: Notification.objects.filter(notice=notice, state="sending").exists())
    push.hang_seconds = 0
    lapse_leases()
    with worker(mail_server.port):
        wait_for(settled(notice))
    assert state_of(notice, "push") == ("sent", "")
    assert len(push.shown) == 1


@pytest.mark.django_db
def test_whatsapp_written_by_a_worker_that_died_is_followed_and_not_written_again(ana, twilio):
    line = make_line()
    ana.phone = "+5511955554444"
    ana.save()
    Conversation.objects.create(
        line=line,
        client_address=f"whatsapp:{ana.phone}",
        client_key=ana.phone,
        status="transferred",
        last_inbound_at=timezone.now(),
    )
    notice = owe(ana)
    tell()
    lapse_leases()
    for _ in range(2):
        tell()
    assert Message.objects.count() == 1
    assert state_of(notice, "whatsapp")[0] == "sending"
    Message.objects.update(status="delivered")
    tell()
    assert state_of(notice, "whatsapp") == ("sent", "")


@pytest.mark.django_db
def test_worker_that_comes_back_late_does_not_overrule_who_decided_meanwhile(ana, mail_server):
    notice = owe(ana)
    notify.tell_consultants()
    claimed = telling._claim(set())
    lapse_leases()
    telling._take_back_lapsed()
    telling._settle(claimed, telling.Outcome.sent())
    assert state_of(notice, "email") == ("unknown", "lapsed")
