"""Dates as people write them to a clinic or an insurer. Relative words count from the context's `now`.

`dateparser` was measured first: searching free text it reads "it may work" as the month of May, puts
"na segunda que vem" into the past and misses "o mês que vem".
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from agent.brains.protocol import Context
from agent.parsers import numbers
from agent.parsers.calendar_words import AMBIGUOUS_MONTHS, DAYS_IN_WORDS, MONTHS, UNIT_DAYS, WEEKDAYS
from agent.parsers.date_words import (
    AHEAD,
    DAY_AFTER_WEEKDAY,
    DAY_MONTH,
    DAY_ONLY,
    EXCLUDING,
    FROM_NOW,
    GLUED,
    IN_NEXT_MONTH,
    MONTH_DAY,
    MONTH_END,
    MONTH_WORD,
    MORNING_BEFORE,
    NEXT_WEEK_BEFORE,
    NUMERIC,
    ORDINAL_USE,
    PORTUGUESE_ORDINALS,
    RELATIVE,
    WEEKDAY,
    WORD_MONTH,
)
from agent.parsers.found import Found, clean, fold
from agent.parsers.negation import is_unsuited

DAY_WORDS = 2

Hit = tuple[int, int, date]


def parse(text: str, context: Context, language: str) -> list[Found]:
    """ISO dates, the leftmost reading of every place in the text."""
    text = clean(text)
    folded = fold(text)
    today = local_today(context)
    found: list[Found] = []
    for start, end, day in _hits(folded, today, context.country, language):
        candidate = Found(day.isoformat(), text[start:end], start, end)
        excluded = is_unsuited(folded, end) or EXCLUDING.search(folded[:start])
        if not excluded and not any(candidate.overlaps(other) for other in found):
            found.append(candidate)
    return sorted(found, key=lambda item: item.start)


def local_today(context: Context) -> date:
    return context.now.astimezone(ZoneInfo(context.timezone)).date()


def _hits(folded: str, today: date, country: str, language: str) -> Iterator[Hit]:
    # From the most exact to the vaguest: `parse` drops what overlaps an earlier hit
    readers: tuple[Callable[[str, date, str], Iterator[Hit]], ...] = (
        _numeric, _day_month, _month_end, _ahead, _day_only, _relative,
    )  # fmt: skip
    for reader in readers[:-DAY_WORDS]:
        yield from reader(folded, today, country)
    yield from _weekdays(folded, today, language)
    for reader in readers[-DAY_WORDS:]:
        yield from reader(folded, today, country)


def _numeric(folded: str, today: date, country: str) -> Iterator[Hit]:
    for match in NUMERIC.finditer(folded):
        if match["iso"]:
            day = _iso(match["iso"])
        # "3.5" is a number and "3-5" a range; with a year both are a day
        elif match["sep"] != "/" and not match["y"]:
            continue
        else:
            first, second = int(match["a"]), int(match["b"])
            # Only the US put the month first; "13/04" can be read in one way there as well
            day_number, month = (second, first) if country == "US" and first <= 12 else (first, second)
            day = _dated(today, day_number, month, _year(match["y"]))
        if day:
            yield match.start(), match.end(), day


def _day_month(folded: str, today: date, country: str) -> Iterator[Hit]:
    for pattern in (DAY_MONTH, MONTH_DAY, GLUED, WORD_MONTH, MONTH_WORD):
        for match in pattern.finditer(folded):
            # "mar3" and "set2" may be anything
            if pattern is GLUED and match[0][:3] in AMBIGUOUS_MONTHS and match[0][3].isdigit():
                continue
            day = _dated(today, _day_number(match["day"]), MONTHS[match["month"]], _year(match["year"]))
            if day:
                yield match.start(), match.end(), day


def _day_only(folded: str, today: date, country: str) -> Iterator[Hit]:
    for match in (*DAY_ONLY.finditer(folded), *IN_NEXT_MONTH.finditer(folded)):
        number = int(match["day"]) if match["day"].isdigit() else 1
        next_month = add_months(today.replace(day=1), 1)
        day = _in_month(next_month, number) if match["month_later"] else _in_month_or_next(today, number)
        if day:
            yield match.start(), match.end(), day


def _month_end(folded: str, today: date, country: str) -> Iterator[Hit]:
    for match in MONTH_END.finditer(folded):
        if match["month"]:
            start = _dated(today, 1, MONTHS[match["month"]], None) or today
            start = today if MONTHS[match["month"]] == today.month else start
        else:
            start = add_months(today.replace(day=1), 1 if match["later"] else 0)
        yield match.start(), match.end(), start.replace(day=calendar.monthrange(start.year, start.month)[1])


def _ahead(folded: str, today: date, country: str) -> Iterator[Hit]:
    for match in (*AHEAD.finditer(folded), *FROM_NOW.finditer(folded)):
        count = count_of(match["count"])
        if count is None:
            continue
        unit = match["unit"]
        # Calendar months: "em um mês" said on the 31st is the last day of the next, not thirty days on
        if UNIT_DAYS[unit] == 30:
            yield match.start(), match.end(), add_months(today, int(count))
        else:
            yield match.start(), match.end(), today + timedelta(days=int(count * UNIT_DAYS[unit]))


def _weekdays(folded: str, today: date, language: str) -> Iterator[Hit]:
    for match in WEEKDAY.finditer(folded):
        if language == "es" and match["day"] in PORTUGUESE_ORDINALS:
            continue
        if match["day"] == "segunda" and ORDINAL_USE.match(folded, match.end("day")):
            continue
        numbered = DAY_AFTER_WEEKDAY.match(folded, match.end())
        # Where both are said the number decides, also if it is not that weekday
        day = _in_month_or_next(today, int(numbered["day"])) if numbered else None
        if numbered and day:
            yield match.start(), numbered.end(), day
            continue
        target = WEEKDAYS[match["day"]]
        later = match["week"] or match["before"] == "next" or NEXT_WEEK_BEFORE.search(folded[: match.start()])
        if later:
            # "next friday" is the one of next week, also where this week's is still to come
            monday = today + timedelta(days=7 - today.weekday())
            yield match.start(), match.end(), monday + timedelta(days=target)
        else:
            # From tomorrow on: who writes "segunda" on a Monday means the next one
            yield match.start(), match.end(), today + timedelta(days=(target - today.weekday() - 1) % 7 + 1)


def _relative(folded: str, today: date, country: str) -> Iterator[Hit]:
    for match in RELATIVE.finditer(folded):
        # "por la mañana" is the morning, "mañana por la mañana" tomorrow's
        if match["tomorrow"] == "manana" and MORNING_BEFORE.search(folded[: match.start()]):
            continue
        days = 2 if match["after"] else 1 if match["tomorrow"] else 0
        yield match.start(), match.end(), today + timedelta(days=days)


def count_of(word: str) -> float | None:
    found = numbers.find(word)
    if word in {"a", "an"}:
        return 1
    return found[0].value if found and found[0].end == len(word) else None


def add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _dated(today: date, day: int, month: int, year: int | None) -> date | None:
    """The day in the year that was said, or else the next time it comes round."""
    try:
        dated = date(year or today.year, month, day)
        return dated if year or dated >= today else dated.replace(year=today.year + 1)
    # 31/02, or 29/02 in a year that has none
    except ValueError:
        return None


def _day_number(said: str) -> int:
    return int(said) if said.isdigit() else DAYS_IN_WORDS[said]


def _in_month_or_next(today: date, number: int) -> date | None:
    return _in_month(add_months(today.replace(day=1), 1 if number < today.day else 0), number)


def _in_month(first: date, day: int) -> date | None:
    return first.replace(day=day) if 1 <= day <= calendar.monthrange(first.year, first.month)[1] else None


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
