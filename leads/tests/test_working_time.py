"""Minutes of work: in the consultant's own hours, without absences and holidays, across changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from leads.models import Absence, Consultant, Holiday, WorkingHours
from leads.models.people import check_timezone
from leads.tests.makers import make_consultant
from leads.working_time import HORIZON, due_after

pytestmark = pytest.mark.django_db
SAO_PAULO = "America/Sao_Paulo"


def worker(zone: str = SAO_PAULO, spans: tuple[tuple[int, int], ...] = ((9, 18),)) -> Consultant:
    """Monday to Friday."""
    consultant = make_consultant("ana", timezone=zone)
    for weekday in range(1, 6):
        for starts, ends in spans:
            WorkingHours.objects.create(
                consultant=consultant, weekday=weekday, starts=time(starts), ends=time(ends)
            )
    return consultant


def local(text: str, zone: str = SAO_PAULO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("given", "minutes", "due"),
    [
        ("2026-03-10 10:00", 15, "2026-03-10 10:15"),
        ("2026-03-10 17:50", 15, "2026-03-11 09:05"),
        ("2026-03-10 07:00", 15, "2026-03-10 09:15"),
        ("2026-03-10 20:00", 15, "2026-03-11 09:15"),
        ("2026-03-13 17:50", 15, "2026-03-16 09:05"),
        ("2026-03-14 12:00", 15, "2026-03-16 09:15"),
        ("2026-03-10 17:45", 15, "2026-03-10 18:00"),
        ("2026-03-10 09:00", 540 * 2, "2026-03-11 18:00"),
    ],
)
def test_due_after_counts_working_minutes_alone(given, minutes, due):
    assert due_after(worker(), local(given), minutes) == local(due)


def test_due_after_without_hours_counts_every_minute():
    given = datetime(2026, 3, 14, 23, 50, tzinfo=UTC)
    assert due_after(make_consultant(), given, 15) == given + timedelta(minutes=15)


def test_due_after_leaves_out_a_break_an_absence_and_a_holiday():
    ana = worker(spans=((9, 12), (13, 18)))
    Absence.objects.create(
        consultant=ana, starts_at=local("2026-03-10 13:30"), ends_at=local("2026-03-10 17:00")
    )
    Holiday.objects.create(date=date(2026, 3, 11), name="Feriado")
    assert due_after(ana, local("2026-03-10 11:50"), 40) == local("2026-03-10 13:30")
    assert due_after(ana, local("2026-03-10 11:50"), 41) == local("2026-03-10 17:01")
    assert due_after(ana, local("2026-03-10 17:50"), 20) == local("2026-03-12 09:10")


def test_due_after_overlapping_hours_are_counted_once():
    ana = worker(spans=((9, 12), (10, 13)))
    assert due_after(ana, local("2026-03-10 09:00"), 240) == local("2026-03-10 13:00")


@pytest.mark.parametrize(
    ("zone", "evening", "due"),
    [
        # The night between has an hour less or more; nine in the morning is nine.
        ("Europe/Madrid", "2026-03-27 17:50", "2026-03-30 09:05"),
        ("Europe/Madrid", "2026-10-23 17:50", "2026-10-26 09:05"),
        ("America/New_York", "2026-03-06 17:50", "2026-03-09 09:05"),
        ("America/New_York", "2026-10-30 17:50", "2026-11-02 09:05"),
        (SAO_PAULO, "2026-10-16 17:50", "2026-10-19 09:05"),
    ],
)
def test_due_after_over_a_change_of_the_clock_is_in_local_hours(zone, evening, due):
    assert due_after(worker(zone), local(evening, zone), 15) == local(due, zone)


def test_due_after_on_the_night_clocks_go_forward_counts_minutes_that_pass():
    night = make_consultant("night", timezone="Europe/Madrid")
    WorkingHours.objects.create(consultant=night, weekday=7, starts=time(1), ends=time(5))
    given = local("2026-03-29 01:30", "Europe/Madrid")
    assert due_after(night, given, 60) == local("2026-03-29 03:30", "Europe/Madrid")


def test_due_after_somebody_who_never_works_is_due_at_the_horizon():
    ana = worker()
    given = local("2026-03-10 10:00")
    Absence.objects.create(consultant=ana, starts_at=given, ends_at=given + 2 * HORIZON)
    assert due_after(ana, given, 15) == given + HORIZON


def test_due_after_a_change_of_time_zone_follows_the_new_one():
    ana = worker()
    Consultant.objects.filter(pk=ana.pk).update(timezone="Europe/Madrid")
    ana.refresh_from_db()
    given = local("2026-03-10 20:00", "Europe/Madrid")
    assert due_after(ana, given, 15) == local("2026-03-11 09:15", "Europe/Madrid")


@pytest.mark.parametrize("name", ["localtime", "Nowhere/Atall", "", "posixrules"])
def test_check_timezone_of_a_name_that_postgresql_or_python_lacks_is_refused(name):
    with pytest.raises(ValidationError):
        check_timezone(name)


@pytest.mark.parametrize("name", [SAO_PAULO, "UTC", "Asia/Kathmandu"])
def test_check_timezone_of_a_known_name_is_accepted(name):
    check_timezone(name)
