"""Consultants are told once per channel, with what lets them act."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from agent import notify, telling
from agent.models import Notification
from leads.actors import SYSTEM
from leads.models import Assignment, Lead, Notice
from leads.payload import LeadPayload
from leads.services import assigning, board, leaving, people
from leads.services.intake import receive_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager, make_statuses


def assign_to_ana(**lead_facts) -> Assignment:
    make_circle(make_consultant("ana"))
    with transaction.atomic():
        return assigning.assign_lead(lead=make_lead(**lead_facts), actor=SYSTEM, trigger="arrival")


@pytest.mark.django_db
def test_tell_consultants_writes_one_notification_per_channel():
    assignment = assign_to_ana()
    assert notify.tell_consultants() == 1
    assert notify.tell_consultants() == 0
    assert sorted(
        Notification.objects.filter(notice__key=f"assigned:{assignment.pk}").values_list("channel", "state")
    ) == [
        ("app", "sent"),
        ("email", "pending"),
    ]


@pytest.mark.django_db
def test_deliver_notifications_mails_what_lets_the_consultant_act(settings):
    slots = {"budget": {"value": {"max": 600000}, "quote": "até 600 mil"}}
    assignment = assign_to_ana(
        name="Júlia", message="Quero visitar", slots=slots, score=80, temperature="hot"
    )
    notify.tell_consultants()
    assert telling.deliver_notifications() == 1
    assert telling.deliver_notifications() == 0
    (letter,) = mail.outbox
    assert letter.subject == "New lead: Júlia"
    assert letter.to == ["ana@crm.example"]
    address = f"/leads/{assignment.lead_id}/"
    for part in ("Hot (80/100)", "Budget: up to 600,000 (“até 600 mil”)", "Quero visitar", address):
        assert part in letter.body


def come(**facts) -> Lead:
    payload = LeadPayload(name="Júlia", phone="+5511987654321", **facts)
    return receive_lead(payload=payload, source=None, actor=SYSTEM).lead


def told_last() -> tuple[str, str]:
    """Subject and first line of the newest letter."""
    notify.tell_consultants()
    telling.deliver_notifications()
    letter = mail.outbox[-1]
    return letter.subject, letter.body.splitlines()[0]


@pytest.mark.django_db
def test_whoever_gets_a_lead_that_was_somebodys_reads_how_it_came_to_them():
    make_statuses()
    manager, bia, ana = make_manager("marina"), make_consultant("bia"), make_consultant("ana")
    make_circle(bia, ana)
    lead = come()
    assert told_last()[0] == "New lead: Júlia"

    leaving.redistribute(user=manager, consultant=bia)
    assert told_last() == ("New lead: Júlia", "bia left.")
    assigning.assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=bia.pk)
    assert told_last() == ("New lead: Júlia", "marina gave it to you.")
    people.set_accepting(bia.user, True)
    board.move_lead(user=manager, lead_id=lead.pk, status="lost")
    come(message="Voltei")
    assert told_last() == ("Júlia is back, and yours as before", "Júlia, from WhatsApp")


@pytest.mark.django_db
def test_deliver_notifications_without_a_mail_server_tries_again_then_says_so(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assign_to_ana()
    notify.tell_consultants()
    for attempt in range(1, telling.MAX_ATTEMPTS + 1):
        assert telling.deliver_notifications() == 0
        letter = Notification.objects.get(channel="email")
        assert letter.attempts == attempt
        Notification.objects.filter(pk=letter.pk).update(next_attempt_at=letter.created_at)
    assert (letter.state, letter.error) == ("failed", "ConnectionRefusedError")


@pytest.mark.django_db(transaction=True)
def test_tell_consultants_by_eight_workers_tells_each_once():
    make_circle(make_consultant("ana"), make_consultant("bia"))
    for _ in range(20):
        with transaction.atomic():
            assigning.assign_lead(lead=make_lead(), actor=SYSTEM, trigger="arrival")

    def work(_: int) -> int:
        try:
            return notify.tell_consultants()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        told = sum(pool.map(work, range(8)))
    assert told == 20
    assert Notification.objects.filter(channel="app").count() == 20


@pytest.mark.django_db
def test_tell_consultants_of_a_lead_with_an_endless_name_tells_the_others_too():
    make_circle(make_consultant("ana"))
    for name in ("N" * 200, "Júlia"):
        with transaction.atomic():
            assigning.assign_lead(lead=make_lead(name=name), actor=SYSTEM, trigger="arrival")
    assert notify.tell_consultants() == 2
    titles = list(Notification.objects.filter(channel="app").order_by("id").values_list("title", flat=True))
    assert [len(titles[0]), titles[1]] == [200, "New lead: Júlia"]


def refuse_letters(cursor) -> None:
    cursor.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'not now'; END$$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON agent_notification FOR EACH ROW"
        " WHEN (NEW.title LIKE '%Ailing%') EXECUTE FUNCTION refuse()"
    )


@pytest.mark.django_db
def test_tell_consultants_while_the_database_refuses_one_tells_the_others_and_that_one_later():
    ailing = assign_to_ana(name="Ailing")
    with transaction.atomic():
        assigning.assign_lead(lead=make_lead(name="Well"), actor=SYSTEM, trigger="arrival")
    with connection.cursor() as cursor:
        refuse_letters(cursor)
        assert notify.tell_consultants() == 1
        assert Notice.objects.get(lead=ailing.lead).state == "pending"
        cursor.execute("DROP TRIGGER refuse ON agent_notification")
    assert notify.tell_consultants() == 1
    assert Notice.objects.get(lead=ailing.lead).state == "told"
    assert Notification.objects.filter(channel="app").count() == 2


@pytest.mark.django_db
def test_tell_consultants_gives_up_a_notice_that_is_refused_for_long():
    assignment = assign_to_ana(name="Ailing")
    with connection.cursor() as cursor:
        refuse_letters(cursor)
        notify.tell_consultants()
        old = timezone.now() - notify.GIVEN_UP_AFTER
        Notice.objects.filter(lead=assignment.lead).update(created_at=old)
        assert notify.tell_consultants() == 0
    assert Notice.objects.get(lead=assignment.lead).state == "failed"
