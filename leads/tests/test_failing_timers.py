"""Timers of leads that cannot be reckoned with, as after a time zone that Python no longer knows."""

from datetime import time, timedelta

from leads import clock
from leads.models import Assignment, Consultant, Lead, WorkingHours
from leads.services.reply_timers import BATCH, act_on_due_replies
from leads.tests.makers import make_circle, make_consultant
from leads.tests.timers import TIMED, after, given_lead


def test_many_leads_that_cannot_be_reckoned_with_leave_the_next_sweep_to_the_others(time_is):
    ailing = make_consultant("ailing", timezone="Mars/Olympus")
    WorkingHours.objects.create(consultant=ailing, weekday=2, starts=time(0), ends=time(23))
    rule = make_circle(make_consultant("ana"), **TIMED)
    well = given_lead()
    due = clock.now() - timedelta(hours=1)
    stuck = [
        Lead(status=well.status, consultant=ailing, reply_due_at=due, name=f"Stuck {at}")
        for at in range(BATCH)
    ]
    Lead.objects.bulk_create(stuck)
    Assignment.objects.bulk_create(
        Assignment(lead=lead, consultant=ailing, rule=rule, outcome="assigned", trigger="arrival")
        for lead in stuck
    )

    assert after(time_is, 10) == 0
    assert act_on_due_replies() == 1

    well.refresh_from_db()
    assert well.reminded_at == clock.now()


def test_log_of_a_lead_that_cannot_be_reckoned_with_says_where_and_not_who(time_is, caplog):
    ana = make_consultant("ana")
    WorkingHours.objects.create(consultant=ana, weekday=2, starts=time(0), ends=time(23))
    make_circle(ana, **TIMED)
    given_lead(name="Júlia Prado")
    Consultant.objects.update(timezone="Mars/Olympus")

    after(time_is, 10)

    [record] = [one for one in caplog.records if one.message == "due reply not acted on"]
    assert "working_time.py:" in record.at
    assert "Júlia" not in str(record.__dict__)
    assert record.exc_info is None
