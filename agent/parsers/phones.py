"""Phone numbers in E.164, read with `phonenumbers` in the context's country."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import Leniency, NumberParseException, PhoneNumberFormat, PhoneNumberMatcher

from agent.brains.protocol import Context
from agent.parsers.found import Found, clean, fold

# Mexico dropped the 1 after +52 in August 2019; people go on writing it
OLD_MEXICAN_MOBILE = re.compile(r"\+52[ -]?1(?=[ -]?\d{2,3}[ -])")
SHAPED = re.compile(r"(?:\+|0|\()[\d\s()-]+|\d{3}-\d{3}-\d{4}")
ANNOUNCED = re.compile(
    r"(?<!\w)(?:whats\w*|wpp|zap|tel\w*|fone|phone|cel\w*|mobile|number|numero|num|ligar|liga|llam\w+|call|ring|"
    r"text me|contato|contacto)\b[^\d+]{0,20}(?P<number>\+?\d[\d\s().-]{6,18}\d)"
)


def parse(text: str, context: Context, language: str) -> list[Found]:
    # A space for the digit, so that places stay valid
    text = OLD_MEXICAN_MOBILE.sub(lambda match: match[0][:-1] + " ", clean(text))
    matcher = PhoneNumberMatcher(text, context.country or None, leniency=Leniency.VALID)
    found = [Found(_e164(match.number), match.raw_string, match.start, match.end) for match in matcher]
    # The stricter reading first: a price or an order number must not become the client's phone
    return found or _announced(text, context) or _shaped(text, context)


def _shaped(text: str, context: Context) -> list[Found]:
    """Reserved and brand-new blocks are not "valid" yet; a national or international prefix still shows a phone."""
    matcher = PhoneNumberMatcher(text, context.country or None, leniency=Leniency.POSSIBLE)
    return [
        Found(_e164(match.number), match.raw_string, match.start, match.end)
        for match in matcher
        if SHAPED.fullmatch(match.raw_string) and len(re.sub(r"\D", "", match.raw_string)) >= 10
    ]


def _announced(text: str, context: Context) -> list[Found]:
    """A number said to be a phone counts when its length is possible, valid block or not."""
    found = []
    for match in ANNOUNCED.finditer(fold(text)):
        try:
            number = phonenumbers.parse(match["number"], context.country or None)
        except NumberParseException:
            continue
        if phonenumbers.is_possible_number(number) and len(re.sub(r"\D", "", match["number"])) >= 9:
            start, end = match.span("number")
            found.append(Found(_e164(number), text[start:end], start, end))
    return found


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
