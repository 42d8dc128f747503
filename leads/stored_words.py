"""Sentences that a worker wrote down, in English, said again to whoever reads them."""

import re
from collections.abc import Mapping
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# Stored with their places filled in, so that the catalogues do not know them as they stand
WITH_PLACES = (
    _("The connection broke off: %(came)d of %(length)s bytes came."),
    _("The body says that it is compressed (%(how)s), and cannot be unpacked: send gzip or deflate."),
    _("This has no `%s`."),
    _("The provider refused this message (error %(code)s)."),
)
# The catalogues know these from here alone: elsewhere they stand where nothing collects them
NAMED = (
    _("The answers could not be fetched"),
    _("The database did not answer as expected"),
    _("This is a fault of ours"),
    _("It could not be sent"),
    _("The receiver answered 410 Gone."),
    _("Only http and https addresses without a login are sent to."),
    _("This address is not on the public internet."),
    _("workers died"),
)
PLACE = re.compile(r"%\((\w+)\)[ds]|%s")


def said_again(text: str) -> str:
    """In the reader's language, as far as the sentence is one of ours; else as it stands.

    What follows a colon is what somebody else said, or the name of a fault.
    """
    for sentence in WITH_PLACES:
        if found := _shape_of(sentence).fullmatch(text):
            return _filled(gettext(sentence), found)
    whole = _known(text)
    head, colon, tail = text.partition(": ")
    return whole if whole != text or not colon else f"{_known(head)}{colon}{tail}"


def named(code: str, words: Mapping[str, object]) -> str:
    """A code by its words; one that nobody gave words to as it stands."""
    return str(words.get(code, code))


def _known(text: str) -> str:
    # The catalogues keep their own header under the empty sentence
    return gettext(text) if text else ""


def _filled(sentence: str, found: re.Match[str]) -> str:
    places, in_order = found.groupdict(), iter(found.groups())
    return PLACE.sub(lambda place: places[place[1]] if place[1] else next(in_order), sentence)


@cache
def _shape_of(sentence: str) -> re.Pattern[str]:
    parts, end = [], 0
    for place in PLACE.finditer(sentence):
        parts += [re.escape(sentence[end : place.start()]), f"(?P<{place[1]}>.*)" if place[1] else "(.*)"]
        end = place.end()
    return re.compile("".join([*parts, re.escape(sentence[end:])]), re.DOTALL)
