"""Managers hear once of a lead that nobody has had for too long."""

from datetime import timedelta

from django.db import connection, transaction

from leads import clock
from leads.actors import SYSTEM
from leads.models import Lead, Notice
from leads.services import assigning, people
from leads.services.alerts import alert_managers
from leads.services.reply_timers import act_on_due_replies
from leads.services.taking import take_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager


def waiting_lead() -> Lead:
    lead = make_lead()
    with transaction.atomic():
        assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")
    return lead


def after(time_is: clock.VirtualClock, minutes: int) -> int:
    time_is.move_to(time_is.moment + timedelta(minutes=minutes))
    return alert_managers()


def test_managers_are_told_once_of_a_lead_that_waits_too_long(time_is):
    first, second = make_manager(), make_manager()
    make_circle(alert_minutes=20)
    lead = waiting_lead()

    assert after(time_is, 19) == 0
    assert after(time_is, 1) == 1
    assert after(time_is, 60) == 0

    told = Notice.objects.filter(kind="alert", lead=lead).order_by("user")
    assert [notice.user for notice in told] == [first, second]
    assert [notice.facts for notice in told] == [{"minutes": 20}] * 2


def test_lead_that_no_rule_serves_is_told_of_after_a_quarter_of_an_hour(time_is):
    make_manager()
    waiting_lead()
    assert after(time_is, 14) == 0
    assert after(time_is, 1) == 1


def test_rule_that_wants_no_alert_gives_none(time_is):
    make_manager()
    make_circle(alert_minutes=None)
    waiting_lead()
    assert after(time_is, 10_000) == 0


def test_lead_that_found_somebody_is_not_told_of(time_is):
    make_manager()
    ana = make_consultant("ana", is_accepting_leads=False)
    make_circle(ana, alert_minutes=20)
    waiting_lead()
    people.set_accepting(ana.user, True)
    assert assigning.assign_waiting_leads() == 1
    assert after(time_is, 60) == 0


def test_lead_that_nobody_takes_from_its_pool_is_told_of(time_is):
    make_manager()
    ana = make_consultant("ana")
    make_circle(ana, strategy="pool", alert_minutes=20)
    taken, left = waiting_lead(), waiting_lead()
    take_lead(user=ana.user, lead_id=taken.pk)
    assert after(time_is, 20) == 1
    assert Notice.objects.get(kind="alert").lead == left


def test_lead_that_waits_a_second_time_is_told_of_again(time_is):
    manager, ana = make_manager(), make_consultant("ana")
    make_circle(ana, alert_minutes=20, strategy="pool")
    lead = waiting_lead()
    after(time_is, 20)
    take_lead(user=ana.user, lead_id=lead.pk)
    assigning.assign_by_hand(user=manager, lead_id=lead.pk)
    assert after(time_is, 20) == 1
    assert Notice.objects.filter(user=manager, lead=lead).count() == 2


def test_alert_that_dies_before_its_commit_is_given_later(time_is):
    make_manager()
    waiting_lead()
    with transaction.atomic():
        assert after(time_is, 20) == 1
        transaction.set_rollback(True)
    assert Notice.objects.count() == 0
    assert alert_managers() == 1
    assert Notice.objects.count() == 1


def test_alert_that_cannot_be_written_keeps_no_other_back(time_is, caplog):
    manager = make_manager()
    broken, sound = waiting_lead(), waiting_lead()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;"
            f"CREATE TRIGGER refuse BEFORE INSERT ON leads_notice FOR EACH ROW"
            f" WHEN (NEW.lead_id = '{broken.pk}') EXECUTE FUNCTION refuse()"
        )
    assert after(time_is, 20) == 1
    assert Notice.objects.get(user=manager).lead == sound
    assert [record.message for record in caplog.records] == ["alert not given"]
    assert Lead.objects.get(pk=broken.pk).alert_at is not None


def test_lead_that_left_the_managers_for_an_empty_circle_is_told_of_again(time_is):
    manager, ana = make_manager(), make_consultant("ana")
    make_circle(ana, reply_minutes=1, reply_rounds=0, alert_minutes=20)
    lead = waiting_lead()
    for _ in range(2):
        time_is.move_to(time_is.moment + timedelta(minutes=10))
        act_on_due_replies()
    assert Lead.objects.get(pk=lead.pk).needs_manager
    people.set_accepting(ana.user, False)
    time_is.move_to(time_is.moment + timedelta(minutes=30))
    assigning.assign_by_hand(user=manager, lead_id=lead.pk)

    assert after(time_is, 19) == 0
    assert after(time_is, 1) == 1
    assert after(time_is, 60) == 0

    told = Notice.objects.filter(user=manager, lead=lead, kind="alert").order_by("pk")
    assert [notice.facts for notice in told] == [{"times": 1}, {"minutes": 50}]
