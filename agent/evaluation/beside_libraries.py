"""The parsers beside maintained libraries on public cases.

`python -m agent.evaluation.beside_libraries [KIND …]` prints the table of `docs/evaluation.md`. A library that is not
installed is named as such; `pip install price-parser text2num dateparser` brings them, the program needs none.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from agent.brains.protocol import Context
from agent.parsers import dates, money, numbers, phones
from agent.parsers.found import clean, fold

CASES = Path(__file__).parent / "public_cases"
PLACES = {
    "pt": Context("BR", "BRL", "America/Sao_Paulo", datetime.fromisoformat("2016-11-07T00:00:00-03:00")),
    "es": Context("ES", "EUR", "Europe/Madrid", datetime.fromisoformat("2016-11-07T00:00:00+01:00")),
    "en": Context("US", "USD", "America/New_York", datetime.fromisoformat("2016-11-07T00:00:00-05:00")),
}
LANGUAGES = {"pt": "pt-BR", "es": "es", "en": "en"}
# One in a thousand, for "1.3 million" read as a float
TOLERANCE = 0.001
# Enough of a phone to be the same one, with or without the code of its country
TELLING_DIGITS = 8
FIGURE = re.compile(r"-?\d+(?:\.\d+)?")
Case = dict[str, Any]
Reader = Callable[[Case], Iterable[Any]]


@dataclass(frozen=True)
class Kind:
    ours: Reader
    package: str
    theirs: Reader
    is_same: Callable[[Any, Any], bool]


def compare(names: Iterable[str] = ()) -> list[str]:
    """The rows of the table: how many cases each side reads, a case being right where one reading has its value."""
    rows = []
    for name in names or KINDS:
        cases = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]
        for language in LANGUAGES:
            own = [case for case in cases if case["language"] == language]
            rows.append(f"| {name} | {language} | {len(own)} | {row_of(KINDS[name], own)} |")
    return rows


def row_of(kind: Kind, cases: list[Case]) -> str:
    ours = sum(is_right(kind, kind.ours, case) for case in cases)
    try:
        version = metadata.version(kind.package)
    except metadata.PackageNotFoundError:
        return f"{ours} | not installed | {kind.package}"
    theirs = sum(is_right(kind, kind.theirs, case) for case in cases)
    return f"{ours} | {theirs} | {kind.package} {version}"


def is_right(kind: Kind, reader: Reader, case: Case) -> bool:
    return any(kind.is_same(case["value"], value) for value in reader(case))


def _our_money(case: Case) -> Iterable[float]:
    found = money.parse(case["text"], PLACES[case["language"]], LANGUAGES[case["language"]])
    return [end for item in found for end in item.value.values() if end is not None]


def _price_parser(case: Case) -> Iterable[float]:
    amount = import_module("price_parser").Price.fromstring(case["text"]).amount_float
    return [] if amount is None else [amount]


def _our_numbers(case: Case) -> Iterable[float]:
    found = numbers.find(fold(clean(case["text"])), PLACES[case["language"]].country)
    return [number.value for number in found]


def _text2num(case: Case) -> Iterable[float]:
    """The library writes numbers in words as digits and leaves digits as they are."""
    written = import_module("text_to_num").alpha2digit(case["text"], case["language"])
    plain = (
        written.replace(",", "") if case["language"] == "en" else written.replace(".", "").replace(",", ".")
    )
    return [float(figure) for figure in FIGURE.findall(plain)]


def _our_dates(case: Case) -> Iterable[str]:
    place = PLACES[case["language"]]
    now = datetime.fromisoformat(case["now"]).replace(tzinfo=place.now.tzinfo) if "now" in case else place.now
    context = Context(place.country, place.currency, place.timezone, now)
    return [item.value for item in dates.parse(case["text"], context, LANGUAGES[case["language"]])]


def _dateparser(case: Case) -> Iterable[str]:
    settings: dict[str, object] = {"PREFER_DATES_FROM": "future"}
    if "now" in case:
        settings["RELATIVE_BASE"] = datetime.fromisoformat(case["now"])
    search = import_module("dateparser.search").search_dates
    found = search(case["text"], languages=[case["language"]], settings=settings) or []
    return [day.date().isoformat() for _, day in found]


def _our_phones(case: Case) -> Iterable[str]:
    found = phones.parse(case["text"], PLACES[case["language"]], LANGUAGES[case["language"]])
    return [item.value for item in found]


def _phonenumbers(case: Case) -> Iterable[str]:
    library = import_module("phonenumbers")
    found = library.PhoneNumberMatcher(case["text"], PLACES[case["language"]].country)
    return [str(match.number.national_number) for match in found]


def _is_near(expected: float, found: float) -> bool:
    return abs(expected - found) <= TOLERANCE * max(1, abs(expected))


def _is_same_phone(expected: str, found: str) -> bool:
    left, right = (re.sub(r"\D", "", number)[-TELLING_DIGITS:] for number in (expected, found))
    return left == right


KINDS = {
    "money": Kind(_our_money, "price-parser", _price_parser, _is_near),
    "numbers": Kind(_our_numbers, "text2num", _text2num, _is_near),
    "dates": Kind(_our_dates, "dateparser", _dateparser, lambda expected, found: expected == found),
    "phones": Kind(_our_phones, "phonenumbers", _phonenumbers, _is_same_phone),
}


if __name__ == "__main__":
    print("| kind | language | cases | ours | library | |\n|---|---|---|---|---|---|")
    for row in compare(sys.argv[1:]):
        print(row)
