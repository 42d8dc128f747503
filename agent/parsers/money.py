"""Amounts of money as people type them: "R$ 350 mil", "350k", "entre 300 e 400 mil", "70 millones"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.brains.protocol import Context
from agent.parsers import numbers
from agent.parsers.found import Found, clean, fold
from agent.parsers.money_words import (
    BOTH_BOUNDS,
    CURRENCY_WORDS,
    DASH,
    DEPOSIT,
    EARNED_OR_PAID,
    ENGLISH_SPEAKING,
    HUNDRED,
    ISH,
    JOINT,
    LARGEST_IN_THOUSANDS,
    LEADS_ON,
    LOWER_AFTER,
    LOWER_BEFORE,
    MONTHLY,
    NOTHING_COUNTED,
    OFFERED,
    OTHER_UNITS,
    PAID_NOW,
    RANGE_OPENING,
    ROUGHLY,
    SIGNS,
    SMALLEST_ALONE,
    STRETCH,
    TWO_ENDS,
    UPPER_AFTER,
    UPPER_BEFORE,
    UPPER_LATER,
    VAGUELY_MORE,
    YEARS,
)


@dataclass(frozen=True)
class Amount:
    """One amount with the sign or word that shows it is money, where there is one."""

    value: float
    start: int
    end: int
    scale: float
    marked: bool

    @property
    def explicit(self) -> bool:
        return self.marked or self.scale > 1


def parse(text: str, context: Context, language: str) -> list[Found]:
    """Ranges `{"min", "max"}` in the units of the context's currency; an open end is None."""
    text = clean(text)
    folded = fold(text)
    # One letter for one letter: the places of what follows must not move
    folded = TWO_ENDS.sub(lambda match: match[1] + match[2].replace("e", "-").replace("y", "-"), folded)
    folded = VAGUELY_MORE.sub(lambda match: " " * len(match[0]), folded)
    # Both are needed: a Brazilian who writes English to a Brazilian company means thousands by "mil"
    english = language == "en" and context.country in ENGLISH_SPEAKING
    amounts = [_in_english(folded, a) if english else a for a in _amounts(folded, context.country)]
    found: list[Found] = []
    position = 0
    while position < len(amounts):
        pair = amounts[position : position + 2]
        joined = _pair(text, folded, *pair) if len(pair) == 2 else None
        found.append(joined or _single(text, folded, amounts[position]))
        position += 2 if joined else 1
    return found


def _pair(text: str, folded: str, first: Amount, second: Amount) -> Found | None:
    """Two amounts that are one answer: a range, a stretch ("500 mil, chego a 550"), a floor and a ceiling."""
    if _is_range(folded, first, second):
        return _range(text, folded, first, second)
    value = second.value * (first.scale if second.scale == 1 and second.value < first.value else 1)
    farther = replace(second, value=value)
    if STRETCH.match(folded[first.end : second.start]):
        found = _range(text, folded, first, farther)
        # "hoje pago 2.800, posso chegar a 3.200", "até 180, estico pra 200": the first is no floor
        no_floor = PAID_NOW.search(folded[: first.start]) or _bounded(folded, first)[1] == "upper"
        return replace(found, value={"min": None, "max": _plain(value)}) if no_floor else found
    low, floor = _bounded(folded, first)
    high, ceiling = _bounded(folded, second)
    # "300 mil, máximo 350"
    if (
        (floor, ceiling) == ("", "upper")
        and first.explicit
        and not DEPOSIT.search(folded[: first.start])
        and BOTH_BOUNDS.match(folded[low.end : high.start])
    ):
        return _range(text, folded, first, farther) if value > first.value else None
    if (floor, ceiling) == ("lower", "upper") and BOTH_BOUNDS.match(folded[low.end : high.start]):
        return _range(text, folded, first, second)
    return None


def has_mark(text: str) -> bool:
    """Whether an amount in the text shows by itself that it is money."""
    return any(amount.explicit for amount in _amounts(fold(clean(text)), ""))


def is_price(folded: str, item: Found) -> bool:
    """ "por 2.500", "3000 a month": what the client would pay, not what they earn or pay today."""
    if EARNED_OR_PAID.search(folded):
        return False
    offered = OFFERED.search(folded[: item.start]) and NOTHING_COUNTED.match(folded, item.end)
    return bool(offered or MONTHLY.match(folded, item.end))


def _amounts(folded: str, country: str) -> list[Amount]:
    candidates = [_amount(folded, number) for number in numbers.find(folded, country) if not number.article]
    amounts = [amount for amount in candidates if amount.value > 0]
    return [amount for index, amount in enumerate(amounts) if _is_money(folded, amount, amounts[index + 1 :])]


def _amount(folded: str, number: numbers.Number) -> Amount:
    # Six characters hold the longest sign with its space: "us$ " or "r$ "
    before = SIGNS.search(folded[max(0, number.start - 6) : number.start])
    after = CURRENCY_WORDS.match(folded, number.end)
    start = number.start - (len(before[0]) if before else 0)
    end = after.end() if after else number.end
    return Amount(number.value, start, end, number.scale, bool(before or after))


def _in_english(folded: str, amount: Amount) -> Amount:
    """ "1.3 mil" is short for millions in English, and a thousand nowhere else."""
    said = folded[amount.start : amount.end]
    if (
        MONTHLY.match(folded, amount.end)
        or not re.search(r"\d\s?mil$", said)
        or amount.scale != 1000
        or amount.value > LARGEST_IN_THOUSANDS
    ):
        return amount
    return replace(amount, value=amount.value * 1000, scale=1e6)


def _is_money(folded: str, amount: Amount, later: list[Amount]) -> bool:
    if amount.marked:
        return True
    glued = folded[amount.end : amount.end + 1].isalpha() and not ISH.match(folded, amount.end)
    # "350 mil", not "350 m²", "3 quartos" or "20%"
    if OTHER_UNITS.match(folded, amount.end) or glued:
        return False
    # "HB20", "#302", "12/05", "14:30": figures that belong to something else
    if re.search(r"[\w#/.]$", folded[: amount.start]) or re.match(r"[/:]\d", folded[amount.end :]):
        return _opens_range(folded, amount, later)
    grouped = re.search(r"\d[.,']\d", folded[amount.start : amount.end])
    # "em 2019" is a year, "2.019" an amount
    is_year = amount.scale == 1 and amount.value in YEARS and not grouped
    return not is_year or _opens_range(folded, amount, later)


def _opens_range(folded: str, amount: Amount, later: list[Amount]) -> bool:
    return bool(later) and later[0].explicit and bool(JOINT.match(folded[amount.end : later[0].start]))


def _is_range(folded: str, low: Amount, high: Amount) -> bool:
    gap = folded[low.end : high.start]
    if not JOINT.match(gap):
        return False
    low_value = _scaled(low, high)
    opened = bool(RANGE_OPENING.search(folded[: low.start])) or bool(DASH.match(gap))
    # "300 a 400" is a range without any mark; "2 a 3" may be rooms, people or days
    both_large = gap.strip() in {"a", "ate", "to", "hasta"} and min(low.value, high.value) >= 100
    loosely = both_large or (
        gap.strip() in {"a", "ate", "to", "hasta", "ou", "o", "or", "/"} and (high.explicit or low.explicit)
    )
    return low_value < high.value and (opened or loosely)


def _scaled(low: Amount, high: Amount) -> float:
    """ "300 a 400 mil", "3 to 4 hundred thousand": the multiplier said once counts for both ends."""
    hundreds = low.value < SMALLEST_ALONE and high.value >= HUNDRED * high.scale
    if low.scale == 1 and high.scale > 1 and hundreds:
        return low.value * HUNDRED * high.scale
    if low.scale == 1 and high.scale > 1 and low.value * high.scale <= high.value:
        return low.value * high.scale
    return low.value


def _range(text: str, folded: str, low: Amount, high: Amount) -> Found:
    opening = RANGE_OPENING.search(folded[: low.start])
    start = opening.start() if opening else low.start
    value = {"min": _plain(_scaled(low, high)), "max": _plain(high.value)}
    return Found(value, text[start : high.end], start, high.end, low.explicit or high.explicit)


def _single(text: str, folded: str, amount: Amount) -> Found:
    amount, bound = _bounded(folded, amount)
    number = _plain(amount.value)
    value = {
        "min": None if bound == "upper" else number,
        "max": None if bound == "lower" else number,
    }
    return Found(value, text[amount.start : amount.end].strip(), amount.start, amount.end, amount.explicit)


def _bounded(folded: str, amount: Amount) -> tuple[Amount, str]:
    """The amount widened over the words that bound it, and which end they fix."""
    before = folded[max(0, amount.start - 40) : amount.start]
    # Words before the amount first, and ceilings first: "no mínimo até 400" is still no more than 400
    for side, pattern in (("upper", UPPER_BEFORE), ("lower", LOWER_BEFORE)):
        last = _last_adjacent(pattern, before)
        if last is not None:
            return replace(amount, start=amount.start - (len(before) - last)), side
    for side, after in (("upper", UPPER_AFTER), ("lower", LOWER_AFTER)):
        match = after.match(folded, amount.end)
        # "300 ou um pouco mais" sets no floor
        if match and LEADS_ON.match(folded, match.end()):
            continue
        if match and not ROUGHLY.match(folded[amount.end :].lstrip(" ,")):
            return replace(amount, end=match.end()), side
    return amount, "upper" if UPPER_LATER.match(folded, amount.end) else ""


FILLERS = re.compile(
    r"^[\s:=]*(?:(?:os|as|los|las|the|uns|unos|unas|umas|cerca de|mais ou menos|mas o menos|about|around|de|e|"
    r"es|seria|of|is|una?s?)\s*)*$"
)


def _last_adjacent(pattern: re.Pattern[str], before: str) -> int | None:
    """Where the bounding words start, if nothing but fillers stands between them and the amount."""
    matches = [match for match in pattern.finditer(before) if FILLERS.match(before[match.end() :])]
    return min((match.start() for match in matches), default=None) if matches else None


def _plain(value: float) -> float | int:
    # Whole amounts as whole numbers: JSON would say 350000.0 to the consultant
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded
