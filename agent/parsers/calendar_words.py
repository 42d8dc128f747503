"""The calendar in three languages, folded: weekdays, months and the words that move them."""

from __future__ import annotations

WEEKDAYS = {
    "segunda": 0, "segunda-feira": 0, "segunda feira": 0, "terca": 1, "terca-feira": 1, "terca feira": 1,
    "quarta": 2, "quarta-feira": 2, "quarta feira": 2, "quinta": 3, "quinta-feira": 3, "quinta feira": 3,
    "sexta": 4, "sexta-feira": 4, "sexta feira": 4, "sabado": 5, "domingo": 6,
    "2a feira": 0, "3a feira": 1, "4a feira": 2, "5a feira": 3, "6a feira": 4, "2ª feira": 0, "3ª feira": 1,
    "4ª feira": 2, "5ª feira": 3, "6ª feira": 4, "qui": 3, "qua": 2, "sab": 5,
    "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4,
}  # fmt: skip

MONTHS = {
    "janeiro": 1, "fevereiro": 2, "marco": 3, "abril": 4, "maio": 5, "junho": 6, "julho": 7, "agosto": 8,
    "setembro": 9, "outubro": 10, "novembro": 11, "dezembro": 12,
    "enero": 1, "febrero": 2, "marzo": 3, "mayo": 5, "junio": 6, "julio": 7, "septiembre": 9, "setiembre": 9,
    "octubre": 10, "noviembre": 11, "diciembre": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
    "jan": 1, "fev": 2, "feb": 2, "apr": 4, "abr": 4, "jun": 6, "jul": 7, "aug": 8, "ago": 8, "sept": 9,
    "sep": 9, "set": 9, "out": 10, "oct": 10, "nov": 11, "dez": 12, "dec": 12, "dic": 12, "ene": 1, "mar": 3,
    "may": 5, "mai": 5,
}  # fmt: skip

# These short forms are everyday words too, so they count only beside a day number.
AMBIGUOUS_MONTHS = frozenset({"mar", "may", "mai", "set", "out", "ago", "dez", "march", "jan", "sep", "dic"})

TODAY = ("hoje", "hj", "hoy", "today", "tonight", "esta noche", "hoje a noite")
TOMORROW = ("amanha", "amanhã", "manana", "tomorrow", "tmrw", "tmr", "2moro", "amn", "amnh")
DAY_AFTER = (
    "depois de amanha", "pasado manana", "day after tomorrow", "day after tmrw", "day after tmr", "dps de amanha",
)  # fmt: skip

# A month is thirty days here: enough for a horizon, and dates count calendar months
UNIT_DAYS = {
    "dia": 1, "dias": 1, "day": 1, "days": 1, "semana": 7, "semanas": 7, "week": 7, "weeks": 7, "wk": 7,
    "wks": 7, "mes": 30, "meses": 30, "month": 30, "months": 30, "ano": 365, "anos": 365, "year": 365,
    "years": 365, "quinzena": 15, "quincena": 15, "fortnight": 14, "semestre": 182, "trimestre": 91,
    "quarter": 91,
}  # fmt: skip

# The days of a month from the first on; "um" and "one" are too common to be days
PORTUGUESE_DAYS = (
    "primeiro dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete "
    "dezoito dezenove vinte"
)
SPANISH_DAYS = (
    "primero dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete "
    "veintiocho veintinueve treinta"
)
ENGLISH_DAYS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)


def _days_in_words() -> dict[str, int]:
    """ "quinze" (de maio), "veintiuno" (de junio), "twenty-first" (of July)."""
    portuguese, spanish, english = (words.split() for words in (PORTUGUESE_DAYS, SPANISH_DAYS, ENGLISH_DAYS))
    days = {word: day for words in (portuguese, spanish, english) for day, word in enumerate(words, 1)}
    days |= {"catorze": 14, "trinta": 30, "trinta e um": 31, "treinta y uno": 31, "thirtieth": 30}
    units = ["um", *portuguese[1:9]]
    days |= {f"vinte e {unit}": 20 + number for number, unit in enumerate(units, 1)}
    days |= {f"twenty{sign}{unit}": 20 + n for n, unit in enumerate(english[:9], 1) for sign in "- "}
    return days | {"thirty-first": 31, "thirty first": 31}


DAYS_IN_WORDS = _days_in_words()
