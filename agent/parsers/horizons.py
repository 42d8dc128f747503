"""How far ahead somebody plans: "em 2 meses", "ano que vem", "by June" as a number of days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from agent.brains.protocol import Choice, Context
from agent.parsers import dates
from agent.parsers.calendar_words import AMBIGUOUS_MONTHS, MONTHS, UNIT_DAYS
from agent.parsers.found import Found, clean, fold

UNIT = "|".join(sorted(UNIT_DAYS, key=len, reverse=True))
LEAD = (
    r"(?:em ate|em|daqui(?: a| uns| umas)*|dentro de|de aqui a|en unos|en unas|en|in about|in the next|in|within|"
    r"over the next|nos proximos|nas proximas|nos prox|proximos|proximas|los proximos|las proximas|next|ate|"
    r"hasta|uns|umas|unos|unas|about|around|maybe|talvez|quiza|tipo|like|mais|faltam|faltan|para|pra)"
)
DURATION = re.compile(
    rf"(?<!\w){LEAD}\s+(?:(?:uns|umas|unos|unas|a couple of|the next|next|o|os|about)\s+)?"
    rf"(?:(?P<low>[\w]+)(?:\s+(?:a|ou|o|or|to|e|y)\s+|\s*-\s*))?(?P<count>[\w]+)\s*(?P<unit>{UNIT})(?!\w)"
)
# "moro aqui há 2 anos" looks back, "garantia de 2 anos" nowhere
PAST = re.compile(r"(?:ha|faz|hace|for|durante|por|desde)\s+(?:uns\s+|unos\s+|about\s+)?$")
PAST_AFTER = re.compile(r"\s*(?:atras|ago|old|de uso|de idade|de edad|de garantia|de experiencia)")
# "parcelar em 60 meses" says how long they pay, not when they buy
INSTALMENTS = re.compile(
    r"(?:financ\w+|parcel\w+|cuotas|install?ments|pagar|x de|prestac\w+|loan|contrato)[^,.;]*$"
)
COUPLE = {
    "couple": 2, "par": 2, "algun": 3, "alguno": 3, "alguna": 3, "few": 3, "pouco": 3, "pouca": 3, "poco": 3, "poca": 3,
}  # fmt: skip

NEXT = r"(?:que vem|que viene|q vem|q viene|proximo|proxima|seguinte|entrante)"
THIS = r"(?:este|esta|esse|essa|neste|nesta|nesse|nessa|this|deste|desta|desse|dessa)"
PHRASES = {
    rf"(?:{THIS}|the)\s+(?:semana|week|weekend|finde|final de semana|fim de semana)": 7,
    r"(?:semana que (?:vem|viene)|semana q vem|proxima semana|next week)": 14,
    rf"(?:{THIS}\s+(?:mes|month)|ainda este mes|(?:fim|final|fin|end) (?:do|de|of) (?:(?:este|the|this) )?(?:mes|"
    rf"month))": 30,
    rf"(?:(?:mes|month) {NEXT}|proximo mes|next month)": 31,
    rf"(?:trimestre {NEXT}|next quarter|proximo trimestre)": 92,
    rf"(?:semestre {NEXT}|proximo semestre|next semester|next term|segundo semestre|2o semestre|(?:meio|meados) do ano|"
    rf"mid[- ]?year|mitad de ano)": 180,
    r"(?:(?:final|fim|fin|finales|end) (?:do|de|del|of|of the|deste|desse|this) ?(?:this |este |the )?(?:ano|year)|"
    r"ainda este ano|later this year|este ano|this year|esse ano|fin de ano|year[- ]end)": 300,
    rf"(?:(?:ano|year) {NEXT}|(?:proximo|prox) ano|next year|ano q vem|em 20(?:2[7-9]|3\d)|in 20(?:2[7-9]|3\d)|"
    rf"en 20(?:2[7-9]|3\d))": 540,
    r"(?:final|fim|fin|finales|end) (?:do|de|del|of)? ?(?:ano que vem|proximo ano|ano que viene|next year)": 660,
    r"(?:(?:comeco|inicio|principio|principios|comienzos|early|beginning) (?:do|del|de|of)? ?(?:ano que vem|"
    r"proximo ano|"
    r"ano que viene|next year))": 320,
}  # fmt: skip
COMPILED = [(re.compile(rf"(?<!\w){pattern}(?!\w)"), days) for pattern, days in PHRASES.items()]
MONTH = "|".join(sorted((name for name in MONTHS if name not in AMBIGUOUS_MONTHS and len(name) > 3), key=len))
MONTH_ALONE = re.compile(
    rf"(?<!\w)(?:em|en|in|pra|para|por|by|la pra|la por|until|ate|hasta|before|antes de|a partir de|desde|from|for|"
    rf"start of|beginning of|middle of|end of|inicios de|principios de|finales de|fines de|"
    rf"comecar em|around|mid|late|early|meados de|mediados de|inicio de|comeco de|so em|fim de|final de)\s+"
    rf"(?:o mes de\s+)?(?P<month>{MONTH}|march|may|maio|mayo|marco)(?!\w)(?!\s+\d{{1,2}}\b)"
    rf"(?:\s+(?:de\s+|del\s+|of\s+)?(?P<next>ano que vem|proximo ano|ano que viene|next year|20\d\d))?"
)

SEASON = re.compile(
    r"(?<!\w)(?:(?P<next>next) )?(?P<season>spring|summer|fall|autumn|winter)(?:\s+(?:of\s+)?(?P<year>20\d\d))?"
    r"(?!\w)(?!\s+(?:course|"
    r"semester class))"
)
# Of the northern half of the world: these English words come from there
SEASON_MONTHS = {"spring": 4, "summer": 7, "fall": 10, "autumn": 10, "winter": 12}
NEARLY_THERE = 45
COUPLED = re.compile(
    rf"(?<!\w)(?P<count>couple|few|algun[oa]s|pouc[oa]s|poc[oa]s|par)\s+(?:of\s+|de\s+)?(?P<unit>{UNIT})(?!\w)"
)

YEAR = re.compile(
    r"(?<!\w)(?:em|en|in|pra|para|for|until|ate|hasta|el|so|recien|before|antes de|by|during|no|del?|coisa pra|"
    r"a partir de)\s+"
    r"(?:o ano de |el ano |el |the year )?(?P<year>20[2-9]\d)(?![\w/,.-]*\d)(?!\s*(?:usad|nov|semin|autom|flex|km))"
)
DAYS_TO_NEXT_YEAR = 540

Hit = tuple[int, int, int]


def parse(text: str, context: Context, choices: tuple[Choice, ...]) -> list[Found]:
    """The key of the first choice that reaches as far as the client plans."""
    text = clean(text)
    folded = fold(text)
    found: list[Found] = []
    for start, end, days in _hits(folded, context):
        if not any(start < other.end and other.start < end for other in found):
            found.append(Found(bucket(choices, days), text[start:end], start, end))
    return sorted(found, key=lambda item: item.start)


def bucket(choices: tuple[Choice, ...], days: int) -> str:
    limited = sorted((c for c in choices if c.max_days is not None), key=lambda choice: choice.max_days or 0)
    # In order of reach, whatever the order in which a manager wrote the choices
    within = next((choice for choice in limited if days <= (choice.max_days or 0)), None)
    beyond = next((choice for choice in choices if choice.max_days is None), limited[-1])
    return (within or beyond).key


def _hits(folded: str, context: Context) -> Iterator[Hit]:
    today = dates.local_today(context)
    far = _phrases(folded)
    # "ano que vem, em março" is one moment: the month is of that year, and the year alone says less
    months = list(_months(folded, today, any(days >= 540 for _, _, days in far)))
    yield from months
    if not months or all(days < 540 for _, _, days in far):
        yield from far
    yield from _seasons(folded, today)
    yield from _years(folded, today)
    yield from _durations(folded)


def _phrases(folded: str) -> list[Hit]:
    hits = [
        (match.start(), match.end(), days) for pattern, days in COMPILED for match in pattern.finditer(folded)
    ]
    return sorted(hits, key=lambda hit: (hit[0], -(hit[1] - hit[0])))


def _months(folded: str, today: date, said_next_year: bool) -> Iterator[Hit]:
    for match in MONTH_ALONE.finditer(folded):
        month = MONTHS[match["month"]]
        years = _years_ahead(today, month, match["next"], said_next_year)
        target = dates.add_months(today, (month - today.month) + 12 * years)
        yield match.start(), match.end(), (target - today).days


def _years(folded: str, today: date) -> Iterator[Hit]:
    for match in YEAR.finditer(folded):
        ahead = int(match["year"]) - today.year
        if ahead >= 0:
            yield match.start(), match.end(), DAYS_TO_NEXT_YEAR * ahead if ahead else 300


def _seasons(folded: str, today: date) -> Iterator[Hit]:
    for match in SEASON.finditer(folded):
        month = SEASON_MONTHS[match["season"]]
        years = int(match["year"]) - today.year if match["year"] else int(month < today.month)
        target = dates.add_months(today, month - today.month + 12 * years)
        # "next spring", said in March
        near = match["next"] and (target - today).days < NEARLY_THERE
        yield match.start(), match.end(), (target - today).days + (DAYS_TO_NEXT_YEAR if near else 0)


def _years_ahead(today: date, month: int, said: str | None, said_next_year: bool) -> int:
    if said and said.isdigit():
        return int(said) - today.year
    if said or said_next_year:
        return 1
    return 1 if month < today.month else 0


def _durations(folded: str) -> Iterator[Hit]:
    for match in COUPLED.finditer(folded):
        yield match.start(), match.end(), COUPLE[match["count"].rstrip("s")] * UNIT_DAYS[match["unit"]]
    for match in DURATION.finditer(folded):
        count = dates.count_of(match["count"])
        before = folded[: match.start()]
        if count is None or PAST.search(before) or PAST_AFTER.match(folded, match.end()):
            continue
        if not INSTALMENTS.search(before):
            yield match.start(), match.end(), int(count * UNIT_DAYS[match["unit"]])


def days_until(iso: str, context: Context) -> int:
    return max(0, (date.fromisoformat(iso) - dates.local_today(context)) // timedelta(days=1))
