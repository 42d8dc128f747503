"""Clock times as people agree on them: "às 14h", "3 pm", "a las 10 de la mañana"."""

from __future__ import annotations

import re

from agent.brains.protocol import Choice
from agent.parsers import numbers
from agent.parsers.found import Found, clean, fold
from agent.parsers.number_words import UNITS

COUNT = r"\d{1,2}|" + "|".join(word for word, value in UNITS.items() if 1 <= value <= 12)
HALF = (
    r"(?P<half>a\.?m\.?|p\.?m\.?|da manha|da tarde|da noite|de la manana|de la tarde|de la noche|"
    r"in the morning|in the afternoon|in the evening|at night)"
)
# "às 14h", "3 pm", "10:30"; not "14/05", "2-3" or "$10"
TIME = re.compile(
    rf"(?<![\w/.,:$-])(?P<before>(?:antes d|antes de |before |until |ate )(?:as|a|las|la|e)?\s*)?"
    rf"(?P<after>(?:depois d|apos |despues de |after |a partir d|past |from )(?:as|a|las|la|e)?\s*)?"
    rf"(?P<at>as|a las|a la|at|las|pelas|por volta das|tipo|around|umas|das)?\s*(?P<hour>{COUNT})"
    rf"(?:\s*(?P<sign>h|hs|hrs|horas?|o'?clock)(?:\s?(?P<minutes>[0-5]\d))?|"
    rf":(?P<colon>[0-5]\d))?\s*{HALF}?(?![\w/,.%-]*\d)(?!\w)"
)
# Without "h" or "pm" after the figure these may lead to anything: "as 14 casas", "tipo 11 pessoas"
LOOSE = frozenset({"as", "tipo", "umas", "around", "das", "las"})
# "depois das 17h" is the evening already, while "depois das 14h" still is the afternoon
LATE_START = 17
LATEST_HOUR, EARLIEST_BARE, EARLY, MIDDAY = 23, 6, 9, 14
ISH = re.compile(r"(?<=\d)-?\s?ish(?!\w)")
AFTER = re.compile(r"(?:depois|apos|despues|after|past|from|partir)(?:\s+\w+){0,2}\s+$")
BEFORE = re.compile(r"(?:antes|before|until|ate|hasta)(?:\s+\w+){0,2}\s+$")
# "he's 12" tells how old somebody is
AGED = re.compile(
    r"(?<!\w)(?:he|she|they|i|you|(?:my|the) \w+)(?:\W?(?:s|m|re)| is| am| are| just turned|"
    r" turned| turns)\s+(?:only |just )?$|"
    r"(?<!\w)(?:(?:ele|ela|eu|filh[oa]|bebe)(?: \w+)? (?:tem|tenho|faz|fez)|"
    r"(?:el|ella|yo|hij[oa]) (?:tiene|tengo|cumple))\s+(?:so |solo )?$"
)
# "faz 2 meses" counts something else
COUNTED = re.compile(
    r"\s*(?:%|mes|ano|dia|semana|year|month|week|day|minut|vez|veces|time|quarto|pessoa|persona|people|filh|hij|kid|child)"
)
HALF_ALONE = re.compile(r"(?<!\w)(?P<half>a\.?m|p\.?m)\.?(?!\w)")


def parse(text: str, choices: tuple[Choice, ...]) -> list[Found]:
    """The key of the choice whose hours hold the time."""
    text = clean(text)
    found = []
    for match in TIME.finditer(fold(text)):
        hour = _hour(match, text)
        key = bucket(choices, hour) if hour is not None else None
        if key:
            found.append(Found(key, match[0].strip(), match.start(), match.end()))
    return found


def asked(text: str, choices: tuple[Choice, ...]) -> list[Found]:
    """The key for a bare hour, where the time of day was asked for: "tipo 11", "4ish", "half past four", "PM"."""
    folded = fold(clean(text))
    half = HALF_ALONE.search(folded)
    hours = [number for number in numbers.find(ISH.sub(" ", folded)) if not number.article]
    if len(hours) == 1 and float(hours[0].value).is_integer() and 1 <= hours[0].value <= LATEST_HOUR:
        hour, bounds = int(hours[0].value), folded[: hours[0].start]
        if AGED.search(bounds) or COUNTED.match(folded, hours[0].end):
            return []
        # Nobody agrees on a visit at four in the morning
        hour += 12 if hour <= EARLIEST_BARE else 0
        hour += 1 if AFTER.search(bounds) and hour >= LATE_START else 0
        hour -= 1 if BEFORE.search(bounds) else 0
        key = bucket(choices, hour)
        return [Found(key, text, hours[0].start, hours[0].end, explicit=False)] if key else []
    key = bucket(choices, MIDDAY if half["half"][0] == "p" else EARLY) if half else None
    return [Found(key, half[0], *half.span(), explicit=False)] if half and key else []


def bucket(choices: tuple[Choice, ...], hour: int) -> str | None:
    return next(
        (choice.key for choice in choices if choice.hours and choice.hours[0] <= hour < choice.hours[1]), None
    )


def _hour(match: re.Match[str], text: str) -> int | None:
    """On the 24-hour clock; a bare small hour said "at" is taken for the afternoon."""
    if not (match["half"] or match["sign"] or match["colon"] or match["at"] or match["before"]):
        return None
    told = match["half"] or match["sign"] or match["colon"]
    # The accent tells "às 3" (at three) from "as 3" (the three)
    if match["at"] in LOOSE and not told and "à" not in text[match.start("at") : match.end("at")].lower():
        return None
    read = numbers.find(match["hour"])
    hour = int(read[0].value) if read else 0
    if not 1 <= hour <= 23:
        return None
    half = match["half"] or ""
    if half and half[0] != "a" and "man" not in half and "morning" not in half:
        hour = hour + 12 if hour < 12 else hour
    elif not half and hour <= 6:
        hour += 12
    # "antes das 12" belongs to what ends at twelve
    if match["before"] and hour > 1:
        return hour - 1
    return hour + 1 if match["after"] and hour >= LATE_START else hour
