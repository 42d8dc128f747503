"""Fields inside one text: mails, chat notices and exported rows, as plain text or HTML."""

import csv
import html
import re

from leads.inference.vocabulary import names_a_contact

LONGEST_NOTICE = 5_000
FEWEST = 2
_LINE = re.compile(
    r"^[^\w\n]*([^\W\d_][^:\n]{1,39}?)\W{0,3}[:=][ \t*_]+(\S[^\n]*?)[ \t*_]*\r?$", re.MULTILINE
)
_END_OF_LINE = re.compile(r"<br\b[^<>]*>|</(?:p|div|li|tr|h\d|table|dd)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def lines_said(text: str) -> list[tuple[str, str]]:
    """(name, value) of each `Nome: Ana`, or of each cell below a line of headers; none where it is prose."""
    plain_text = _without_tags(text[:LONGEST_NOTICE])
    if "\n" not in plain_text:
        return []
    lines: list[tuple[str, str]] = _LINE.findall(plain_text)
    return lines if len(lines) >= FEWEST else _row_said(plain_text)


def _without_tags(text: str) -> str:
    return html.unescape(_TAG.sub(" ", _END_OF_LINE.sub("\n", text))) if "</" in text else text


def _row_said(text: str) -> list[tuple[str, str]]:
    """The one row below a line of headers, as spreadsheets export it."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) != FEWEST:
        return []
    sign = max(";,\t|", key=lines[0].count)
    names, values = csv.reader(lines, delimiter=sign)
    is_table = len(names) == len(values) and sum(map(names_a_contact, names)) >= FEWEST
    return list(zip(names, values, strict=True)) if is_table else []
