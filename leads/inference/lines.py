"""Fields inside one text: mails, chat notices, address cards and exported rows, as plain text, Markdown or HTML."""

import csv
import html
import re
from itertools import pairwise

from leads.inference.vocabulary import names_a_contact

LONGEST_NOTICE = 5_000
# One word before a colon is in many a message: "Horário: 9h"
FEWEST = 2
Said = list[tuple[str, str]]
# The values run to the end of their lines and are trimmed afterwards: a pattern that trims is quadratic.
_LINE = re.compile(r"^[^\w\n]*([^\W\d_][^:\n]{1,39}?)\W{0,3}[:=][ \t*_]+(\S[^\n]*)$", re.MULTILINE)
# `**Nome** – Ana`, `| Nome | Ana |`, `TEL;TYPE=CELL:+55…`: signs that words for people have as well.
_LOOSE_LINE = re.compile(
    r"^[^\w\n+]*([^\W\d_][^:=|\n]{0,39}?)[ \t*_]*(?:;[^:\n]{1,40})?(?:[:=|\t]|\s(?:[-\u2013\u2014=]+>?|\u2192)\s)"
    r"[ \t*_]*(\S[^\n]*)$",
    re.MULTILINE,
)
# `(?!/)` leaves `https://` in one piece
_INSIDE_LINE = re.compile(
    r"(?:^|[|;,!.\u2022\u00b7\[({\n])\s*([^\W\d_][^:=|;,!.\n]{0,39}?)[ *_]*[:=](?!/)[ *_]*"
)
_END_OF_LINE = re.compile(r"<br\b[^<>]*>|</(?:p|div|li|tr|h\d|table|dd)\s*>", re.IGNORECASE)
_NEXT_CELL = re.compile(r"</(?:td|th|dt)\s*>\s*<(?:td|th|dd)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def lines_said(text: str) -> Said:
    """(name, value) of each `Nome: Ana`, or of each cell below a line of headers; none where it is prose."""
    plain_text = _without_tags(text[:LONGEST_NOTICE]).strip()
    if "\n" not in plain_text:
        return _contacts(_inside_said(plain_text))
    lines = _trimmed(_LINE.findall(plain_text), " \t\r*_")
    if len(lines) >= FEWEST:
        return lines
    loose = _trimmed(_LOOSE_LINE.findall(plain_text), " \t\r*_|")
    return _contacts(loose) or _row_said(plain_text) or _contacts(_headed(plain_text))


def _trimmed(found: Said, dressing: str) -> Said:
    return [(name, value.rstrip(dressing)) for name, value in found]


def _without_tags(text: str) -> str:
    # A `<` alone is arithmetic, or an address: "Ana <ana@mail.example>"
    if "</" not in text:
        return text
    return html.unescape(_TAG.sub(" ", _END_OF_LINE.sub("\n", _NEXT_CELL.sub(": ", text))))


def _contacts(found: Said) -> Said:
    """What was found, where two of the names are a contact's; else the text is prose."""
    named = sum(names_a_contact(name) for name, _value in found)
    return found if named >= FEWEST else []


def _inside_said(line: str) -> Said:
    """`Nome: Ana | Fone: …`, `nome=Ana; fone=…`: each value ends where the next name begins."""
    names = list(_INSIDE_LINE.finditer(line))
    ends = [match.start() for match in names[1:]] + [len(line)]
    return [(match[1], line[match.end() : end].strip()) for match, end in zip(names, ends, strict=False)]


def _row_said(text: str) -> Said:
    """The one row below a line of headers, as spreadsheets export it."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) != FEWEST:
        return []
    # By the headers, for the values may have commas of their own
    sign = max(";,\t|", key=lines[0].count)
    # Each by itself: a quote that is never closed would swallow the next line
    names, values = (next(csv.reader([line], delimiter=sign), []) for line in lines)
    is_table = len(names) == len(values) and sum(map(names_a_contact, names)) >= FEWEST
    return list(zip(names, values, strict=True)) if is_table else []


def _headed(text: str) -> Said:
    """Every name on a line of its own and its value on the next."""
    lines = [line.strip(" \t\r*_:#") for line in text.splitlines() if line.strip()]
    return [
        (name, value)
        for name, value in pairwise(lines)
        if names_a_contact(name) and not names_a_contact(value)
    ]
