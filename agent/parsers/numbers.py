"""Numbers in digits and in words, in Portuguese, Spanish and English.

`text2num` was measured first: it reads "dois quartos" as a fraction and keeps no offsets.
"""

from __future__ import annotations

import re

from agent.parsers.found import fold
from agent.parsers.number_words import (
    ARTICLES,
    CONNECTORS,
    DOT_DECIMAL_COUNTRIES,
    DOZENS,
    HALVES,
    HUNDRED,
    MULTIPLIERS,
    UNITS,
)
from agent.parsers.tally import Number, Tally

# "1.134,56" and "10 000"; a group has three digits, so "1.5" is none
DIGITS = r"\d{1,3}(?:[.,' ]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?"
TOKEN = re.compile(rf"(?P<digits>{DIGITS})|(?P<word>[^\W\d_]+)|(?P<other>\S)")
# "2 e 500" is 2,500; after a larger number the "e" joins two things, as in "80 e 500"
LARGEST_SHORT = 20
GROUPED = re.compile(r"^\d{1,3}(?:[.,' ]\d{3})+$")


def find(text: str, country: str = "") -> list[Number]:
    """Every number of the text, from left to right."""
    tokens = list(TOKEN.finditer(fold(text)))
    found: list[Number] = []
    position = 0
    while position < len(tokens):
        number, position = _read(tokens, position, country)
        if number is not None:
            found.append(number)
    return found


def digits_value(digits: str, country: str, multiplied: bool = False) -> float:
    """ "1.134,56", "1,134.56" and "4.500" as the country writes them; "1.5" before a multiplier is a fraction."""
    if GROUPED.match(digits):
        separators = {sign for sign in digits if not sign.isdigit()}
        decimal = "." if country in DOT_DECIMAL_COUNTRIES else ","
        # "1.500" before "milhão" in Brazil is a thousand and a half of them, "1,500 milhão" is one and a half
        if multiplied and separators == {decimal} and digits.count(decimal) == 1:
            return float(digits.replace(decimal, "."))
        return float(re.sub(r"\D", "", digits))
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return float(re.sub(r"\D", "", digits))
    return float(re.sub(r"\D", "", digits[:last]) + "." + digits[last + 1 :])


def _read(tokens: list[re.Match[str]], position: int, country: str) -> tuple[Number | None, int]:
    tally = Tally()
    start = position
    while position < len(tokens):
        step = _step(tally, tokens, position, country)
        if step == 0:
            break
        position += step
    if not tally.started:
        return None, start + 1
    return tally.number(), max(position, start + 1)


def _step(tally: Tally, tokens: list[re.Match[str]], position: int, country: str) -> int:
    """How many tokens continue the number: none when it ends here."""
    token = tokens[position]
    if token["digits"]:
        return _take_digits(tally, tokens, position, country)
    if token["word"] is None:
        return _take_hyphen(tally, tokens, position)
    word = token["word"]
    # Before the units: "a", "um" and "de" may also join what was begun
    if tally.started and word in CONNECTORS:
        return _connect(tally, tokens, position, country)
    if word in UNITS:
        return _take_word(tally, UNITS[word], token)
    if word in HALVES:
        return _take_half(tally, tokens, position)
    return _take_multiplier(tally, tokens, position)


def _take_digits(tally: Tally, tokens: list[re.Match[str]], position: int, country: str) -> int:
    if tally.started:
        return _add_thousands(tally, tokens, position, country) if tally.scale >= 1e3 else 0
    token = tokens[position]
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    multiplied = following is not None and (following["word"] or "") in MULTIPLIERS
    tally.take(digits_value(token["digits"], country, multiplied), token)
    tally.digits += 1
    return 1


def _take_hyphen(tally: Tally, tokens: list[re.Match[str]], position: int) -> int:
    following = tokens[position + 1]["word"] if position + 1 < len(tokens) else None
    joins = tally.started and not tally.digits and tokens[position][0] == "-"
    return 1 if joins and UNITS.get(following or "", 0) in range(1, 10) else 0


def _take_word(tally: Tally, amount: float, token: re.Match[str]) -> int:
    group = tally.group
    # "3 dois" are two numbers; "3 mil e duzentos" is one, for the multiplier has closed the group
    if tally.digits and group is not None:
        return 0
    if group is not None and not _fits_after(group, amount):
        return 0
    tally.take(amount, token)
    return 1


def _fits_after(group: float, amount: float) -> bool:
    """ "vinte" may be followed by "cinco" and "trezentos" by "vinte", never "dois" by "três"."""
    if group >= 100:
        return amount < 100
    return group >= 20 and group % 10 == 0 and 0 < amount < 10


def _take_half(tally: Tally, tokens: list[re.Match[str]], position: int) -> int:
    """ "meio milhão", "half a million"; the "e meio" after a number is read by `_connect`."""
    ahead = [token["word"] or "" for token in tokens[position + 1 : position + 3]]
    skip = 1 if ahead and ahead[0] in ARTICLES else 0
    if tally.started or len(ahead) <= skip or not _is_halved(ahead[skip]):
        return 0
    tally.take(HALVES[tokens[position][0]], tokens[position])
    return 1 + skip


def _is_halved(word: str) -> bool:
    return MULTIPLIERS.get(word, 0) >= 1e6 or word in DOZENS


def _take_multiplier(tally: Tally, tokens: list[re.Match[str]], position: int) -> int:
    token = tokens[position]
    word = token["word"]
    if word in HUNDRED:
        # Ninety-nine times more, because `take` adds to the group that is there
        tally.take((tally.group or 0) * 99 if tally.group else 100, token)
        return 1
    if word in DOZENS:
        tally.multiply(DOZENS[word], token)
        # A dozen is a count and no mark of money, as "mil" is
        tally.scale = 1
        return 1
    factor = MULTIPLIERS.get(word)
    if factor is None or (tally.started and factor >= tally.scale > 1):
        return 0
    # "mil reais" is a thousand; a "k" or an "mi" by itself is laughter or a pronoun
    if not tally.started and word not in {"mil", "milhao", "millon", "million", "thousand"}:
        return 0
    # "100k" and "100 k", but not the "m" of the next word or of "85 m²"
    if word in {"m", "k", "kk", "mm", "mi"} and (token.start() - tally.end > 1 or _is_unit(tokens, position)):
        return 0
    tally.multiply(factor, token)
    return 1


def _is_unit(tokens: list[re.Match[str]], position: int) -> bool:
    """ "85 m2" is an area, not millions."""
    following = tokens[position + 1 : position + 2]
    return (
        bool(following)
        and following[0].start() == tokens[position].end()
        and following[0][0] in {"2", "²", "3"}
    )


def _connect(tally: Tally, tokens: list[re.Match[str]], position: int, country: str) -> int:
    """ "trinta e cinco", "um milhão e meio", "1 milhão e 200": what follows "e" belongs to the number."""
    if tokens[position][0] == "de" or position + 1 >= len(tokens):
        return 0
    following = tokens[position + 1]
    word = following["word"] or ""
    if word == "a" and position + 2 < len(tokens) and tokens[position + 2][0] in HALVES:
        return 1 + _add_half(tally, tokens[position + 2])
    if word in HALVES:
        return _add_half(tally, following)
    if _is_short_for_thousands(tally, tokens, position + 1, country):
        return _add_hundreds(tally, following, country)
    if following["digits"] and tally.scale >= 1e3 and tally.group is None:
        added = _add_thousands(tally, tokens, position + 1, country)
        return 1 + added if added else 0
    if word in UNITS and not tally.digits and word not in ARTICLES | {"uma"}:
        return 1 + _take_word(tally, UNITS[word], following) if _continues(tally, UNITS[word]) else 0
    if word in UNITS and tally.scale >= 1e3 and tally.group is None and UNITS[word] >= 100:
        return 1 + _take_word(tally, UNITS[word], following)
    return 0


def _is_short_for_thousands(tally: Tally, tokens: list[re.Match[str]], position: int, country: str) -> bool:
    """ "2 e 500" and "um e duzentos" are thousands: a small number, "and", round hundreds, no multiplier."""
    small = tally.group is not None and 1 <= tally.group <= LARGEST_SHORT and tally.group == int(tally.group)
    token = tokens[position]
    hundreds = (
        digits_value(token["digits"], country) if token["digits"] else UNITS.get(token["word"] or "", 0)
    )
    following = tokens[position + 1]["word"] if position + 1 < len(tokens) else None
    round_hundreds = 100 <= hundreds < 1000 and hundreds % 50 == 0
    return small and round_hundreds and not tally.total and following not in MULTIPLIERS


def _add_hundreds(tally: Tally, token: re.Match[str], country: str) -> int:
    hundreds = digits_value(token["digits"], country) if token["digits"] else UNITS[token["word"]]
    tally.multiply(1e3, token)
    tally.take(hundreds, token)
    return 2


def _continues(tally: Tally, amount: float) -> bool:
    return tally.group is None or _fits_after(tally.group, amount)


def _add_half(tally: Tally, token: re.Match[str]) -> int:
    tally.total += HALVES[token[0]] * tally.scale if tally.group is None else 0
    if tally.group is not None:
        tally.group += HALVES[token[0]]
    tally._mark(token)
    return 2


def _add_thousands(tally: Tally, tokens: list[re.Match[str]], position: int, country: str) -> int:
    """ "1 milhão e 200 mil", "1 milhão e 200", "2 mil e 500"; never "300 mil e 3 quartos"."""
    if tally.group is not None:
        return 0
    amount = digits_value(tokens[position]["digits"], country)
    following = tokens[position + 1]["word"] if position + 1 < len(tokens) else None
    said_thousands = following in {"mil", "k", "thousand"}
    if not (said_thousands and tally.scale >= 1e6) and (said_thousands or not 100 <= amount < 1000):
        return 0
    tally.total += amount * 1e3 if tally.scale >= 1e6 else amount
    tally._mark(tokens[position])
    if said_thousands:
        tally._mark(tokens[position + 1])
    return 2 if said_thousands else 1
