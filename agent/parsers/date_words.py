"""How people write a day: the patterns that `dates` reads."""

from __future__ import annotations

import re

from agent.parsers.calendar_words import (
    DAY_AFTER,
    DAYS_IN_WORDS,
    MONTHS,
    TODAY,
    TOMORROW,
    UNIT_DAYS,
    WEEKDAYS,
)
from agent.parsers.found import fold


def _either(words: object) -> str:
    return "|".join(sorted((re.escape(fold(str(word))) for word in words), key=len, reverse=True))  # type: ignore[attr-defined]


MONTH = rf"(?P<month>{_either(MONTHS)})\.?"
YEAR = r"(?:\s*,?\s*(?:de\s+|del\s+|of\s+)?(?P<year>20\d\d))?"
NEXT = r"(?:que vem|que viene|q vem|q viene|proxim[oa]|seguinte|entrante|siguiente)"
NEXT_MONTH = (
    r"(?:(?:do|del|of|de)\s+(?:o\s+)?(?:(?:proximo\s+)?mes\s+(?:que vem|que viene|q vem|q viene|proximo)|proximo mes|"
    r"next month))"
)
RELATIVE = re.compile(
    rf"(?<!\w)(?:(?:el |the )?(?P<after>{_either(DAY_AFTER)})|(?P<tomorrow>{_either(TOMORROW)})"
    rf"|(?P<today>{_either(TODAY)}))(?!\w)"
)
MORNING_BEFORE = re.compile(
    r"(?:por la|en la|de la|a la|las|la|por las|turno|turno de|turno de la|in the|a|esta|cada|toda la)\s*$"
)
WEEKDAY = re.compile(
    rf"(?<!\w)(?:(?P<before>proxim[oa]|next|this|est[ea]|ess[ea]|nest[ea]|ness[ea]|coming)\s+)?"
    rf"(?P<day>{_either(WEEKDAYS)})(?!\w)"
    rf"(?:\s+(?P<week>(?:da|de la|of|de)\s+(?:proxima semana|semana que vem|semana que viene|next week|"
    rf"semana q vem|semana proxima|the following week)|next week)|\s+(?P<next>{NEXT}))?"
)
# "sexta 27" and "sexta, dia 27", not "sexta 14h", "sexta 10:30" or "sexta 3 de maio"
DAY_AFTER_WEEKDAY = re.compile(
    r"\s*,?\s*(?:the |dia |el |el dia )?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\w/:.,-]*\d)"
    r"(?!\s*(?:h|hs|hrs|am|pm|de|of)(?!\w))(?!\w)"
)
# In Spanish these are ordinals and, as "quinta", a country house
PORTUGUESE_ORDINALS = frozenset({"segunda", "terca", "quarta", "quinta", "sexta"})
# "segunda via" of a bill, "segunda opção": no Monday
ORDINAL_USE = re.compile(r"\s+(?:mao|via|opcao|vez|parcela|casa|unidade|opcion|mano|pessoa)\b")
DAY_MONTH = re.compile(
    rf"(?<![\w/])(?P<day>\d{{1,2}})(?:o|º|st|nd|rd|th|ro)?\s*(?:de\s+|of\s+|/|-)?\s*{MONTH}(?!\w){YEAR}"
)
MONTH_DAY = re.compile(rf"(?<!\w){MONTH}\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\w:]){YEAR}")
# "Oct2", "Oct-2"
GLUED = re.compile(rf"(?<!\w){MONTH}[-/]?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\w:/-]){YEAR}")
DAY_IN_WORDS = rf"(?P<day>{_either(DAYS_IN_WORDS)})"
WORD_MONTH = re.compile(rf"(?<!\w){DAY_IN_WORDS}\s+(?:de|of)\s+{MONTH}(?!\w){YEAR}")
MONTH_WORD = re.compile(rf"(?<!\w){MONTH}\s+(?:the\s+)?{DAY_IN_WORDS}(?!\w){YEAR}")
NUMERIC = re.compile(
    r"(?<![\w/.-])(?:(?P<iso>20\d\d[-/]\d\d[-/]\d\d)|(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})"
    r"(?:(?P=sep)(?P<y>20\d\d|\d\d))?)(?![\w/])"
)
# "dia 10", not "the 10%" or "el 10 mil"
DAY_ONLY = re.compile(
    rf"(?<!\w)(?:dia|el dia|el|on the|the|no dia|pro dia|para el)\s+(?P<day>\d{{1,2}}|primeiro|primero|"
    rf"first)(?:st|nd|"
    rf"rd|th|º)?(?![\w/.,:%-]*\d)"
    rf"(?!\s*(?:%|mil|k\b|reais|pesos|anos|horas|hs|h\b|am\b|pm\b))(?:\s+(?P<month_later>{NEXT_MONTH}))?"
)
AHEAD = re.compile(
    rf"(?<!\w)(?:daqui(?: a)?|dentro de|em|en|in|within|"
    rf"de aqui a)\s+(?P<count>[\w-]+)\s+(?P<unit>{_either(UNIT_DAYS)})(?!\w)"
)
# "two weeks from now"; "from tomorrow" would be a day more
FROM_NOW = re.compile(
    rf"(?<!\w)(?P<count>[\w-]+)\s+(?P<unit>{_either(UNIT_DAYS)})\s+"
    r"(?:from (?:now|today)|a partir de (?:hoje|hoy|agora|ahora))"
)
# "7 do mês que vem", "20th of next month"
IN_NEXT_MONTH = re.compile(rf"(?<![\w/])(?P<day>\d{{1,2}})(?:st|nd|rd|th|º)?\s+(?P<month_later>{NEXT_MONTH})")
# "next week on friday", "semana que vem na sexta"
NEXT_WEEK_BEFORE = re.compile(
    r"(?:next week|(?:proxima semana|semana (?:que vem|q vem|que viene|q viene|proxima)))[\s,]*"
    r"(?:(?:on|na|no|el|en|a)\s+)?$"
)
MONTH_END = re.compile(
    rf"(?<!\w)(?:fim|final|finais|fin|finales|ultimo dia|end|eom)\s+(?:do|de|del|of|of the|deste|desse|this)\s*"
    rf"(?:este\s+|this\s+)?(?:(?P<this>mes|month)(?P<later>\s+(?:que vem|que viene|q vem|q viene|proximo))?|"
    rf"{MONTH})(?!\w)"
)
# "any day but Wednesday", "não posso na quinta", "todos los días menos el lunes"
EXCLUDING = re.compile(
    r"(?<!\w)(?:(?:any ?(?:day|time)|anything|every ?day|all days) but|menos|salvo|except(?: for)?|exceto|excepto|"
    r"tirando|(?:can'?t|cannot|couldn'?t) (?:do|make|come)(?: it)?|"
    r"(?:nao|n|no) (?:posso|consigo|puedo|podria|poderia)(?: ir| vir)?)"
    r"\s+(?:(?:on|na|no|nas|em|a|el|los|las|as|os|the|este|esta|this|next)\s+)*$"
)
