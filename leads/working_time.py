"""When a consultant works, and when so many minutes of their work have passed.

Hours, absences and holidays mean the same here as in the statement that turns a circle.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from leads.models import Consultant, Holiday

# Nobody is waited for longer, whatever the hours say.
HORIZON = timedelta(days=60)


class Span(NamedTuple):
    start: datetime
    end: datetime


def due_after(consultant: Consultant, start: datetime, minutes: int) -> datetime:
    """The moment at which `minutes` of the consultant's working time have passed since `start`."""
    left = timedelta(minutes=minutes)
    reached = start = start.astimezone(UTC)
    for span in _work(consultant, start):
        # Spans may overlap, and no minute counts twice
        begins = max(span.start, reached)
        if begins + left <= span.end:
            return begins + left
        left -= max(span.end - begins, timedelta())
        reached = max(reached, span.end)
    return start + HORIZON


def _work(consultant: Consultant, start: datetime) -> Iterator[Span]:
    """Spans of work from `start` on, in order, absences cut out. They may overlap."""
    absences = [
        Span(*ends) for ends in consultant.absences.order_by("starts_at").values_list("starts_at", "ends_at")
    ]
    for span in _duty(consultant, start):
        yield from _without(span, absences)


def _duty(consultant: Consultant, start: datetime) -> Iterator[Span]:
    hours = list(consultant.working_hours.order_by("starts").values_list("weekday", "starts", "ends"))
    if not hours:
        yield Span(start, start + HORIZON)
        return
    zone = ZoneInfo(consultant.timezone)
    first = start.astimezone(zone).date()
    holidays = set(Holiday.objects.filter(date__gte=first).values_list("date", flat=True))
    for day in (first + timedelta(days=ahead) for ahead in range(HORIZON.days + 1)):
        if day not in holidays:
            yield from (
                Span(_moment(day, starts, zone), _moment(day, ends, zone))
                for weekday, starts, ends in hours
                if weekday == day.isoweekday()
            )


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """In UTC, so that differences are time that really passes, also on the day clocks change."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _without(span: Span, absences: list[Span]) -> Iterator[Span]:
    start = span.start
    for absence in absences:
        if absence.end > start and absence.start < span.end:
            if absence.start > start:
                yield Span(start, absence.start)
            start = max(start, absence.end)
    if start < span.end:
        yield Span(start, span.end)
