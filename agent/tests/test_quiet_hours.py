"""Quiet hours, in the person's own time zone, over midnight and over changes of the clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from agent.quiet_hours import end_of_quiet, timezone_of
from leads.models import NoticePreferences
from leads.tests.makers import make_consultant, make_user

SAO_PAULO, MADRID, NEW_YORK = map(ZoneInfo, ("America/Sao_Paulo", "Europe/Madrid", "America/New_York"))


def at(text: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def quiet(start: int, end: int) -> NoticePreferences:
    return NoticePreferences(quiet_from=time(start), quiet_until=time(end))


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-10 21:59", None),
        ("2026-03-10 22:00", "2026-03-11 07:00"),
        ("2026-03-11 06:59", "2026-03-11 07:00"),
        ("2026-03-11 07:00", None),
        ("2026-03-31 23:30", "2026-04-01 07:00"),
    ],
)
def test_end_of_quiet_over_midnight_is_in_the_morning(now, end):
    found = end_of_quiet(quiet(22, 7), SAO_PAULO, at(now, SAO_PAULO))
    assert found == (end and at(end, SAO_PAULO))


@pytest.mark.parametrize(
    ("now", "end"),
    [("2026-03-10 12:59", None), ("2026-03-10 13:00", "2026-03-10 15:00"), ("2026-03-10 15:00", None)],
)
def test_end_of_quiet_within_a_day_is_the_same_day(now, end):
    found = end_of_quiet(quiet(13, 15), SAO_PAULO, at(now, SAO_PAULO))
    assert found == (end and at(end, SAO_PAULO))


def test_end_of_quiet_without_quiet_hours_is_never():
    assert end_of_quiet(NoticePreferences(), SAO_PAULO, at("2026-03-10 03:00", SAO_PAULO)) is None


def test_end_of_quiet_asks_the_clock_on_the_wall_of_the_person():
    now = at("2026-07-10 23:00", SAO_PAULO)  # four in the morning in Madrid, ten in the evening in New York
    assert end_of_quiet(quiet(23, 7), MADRID, now) == at("2026-07-11 07:00", MADRID)
    assert end_of_quiet(quiet(23, 7), NEW_YORK, now) is None


def test_end_of_quiet_in_the_night_that_lacks_an_hour_comes_an_hour_sooner():
    before = at("2026-03-28 23:00", MADRID)
    assert (end_of_quiet(quiet(22, 7), MADRID, before) - before).total_seconds() == 7 * 3600


def test_end_of_quiet_in_the_night_with_an_hour_more_comes_an_hour_later():
    before = at("2026-10-31 23:00", NEW_YORK)
    assert (end_of_quiet(quiet(22, 7), NEW_YORK, before) - before).total_seconds() == 9 * 3600


@pytest.mark.parametrize("fold", [0, 1])
def test_end_of_quiet_within_the_hour_that_comes_twice_lies_ahead(fold):
    chosen = NoticePreferences(quiet_from=time(22), quiet_until=time(1, 30))
    now = at("2026-11-01 01:10", NEW_YORK, fold)
    assert end_of_quiet(chosen, NEW_YORK, now) > now


def test_end_of_quiet_in_the_hour_that_does_not_exist_lies_ahead():
    chosen = NoticePreferences(quiet_from=time(22), quiet_until=time(2, 30))
    now = at("2026-03-29 01:59", MADRID)
    assert now < end_of_quiet(chosen, MADRID, now) <= at("2026-03-29 04:00", MADRID)


@pytest.mark.django_db
def test_timezone_of_a_consultant_is_their_own_and_of_others_the_installations(settings):
    settings.TIME_ZONE = "America/Sao_Paulo"
    assert timezone_of(make_consultant("ana", timezone="Europe/Madrid").pk) == MADRID
    assert timezone_of(make_user("boss").pk) == SAO_PAULO
