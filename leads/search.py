"""Finding leads by the beginnings of words: of the name, the e-mail, and of the phone's usual parts.

One expression, written the same in the index and in the query, so that a million leads are searched
by index. PostgreSQL's own text search does it; trigrams would need an extension that not every
server has.
"""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import CharField, Func

# Upper and lower case, because lower() leaves accents alone in databases of the C locale.
ACCENTED = "áàâãäåéèêëíìîïóòôõöúùûüçñÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑ"
PLAIN = "aaaaaaeeeeiiiiooooouuuucnaaaaaaeeeeiiiiooooouuuucn"
SEPARATORS = "@._-+'/"
MAX_WORDS = 8
MAX_WORD_LENGTH = 60

_FOLD = str.maketrans(ACCENTED + SEPARATORS, PLAIN + " " * len(SEPARATORS))
_quoted_separators = SEPARATORS.replace("'", "''")


def _end_of_phone(digits: int) -> Func:
    return Func("phone", template=f"right(coalesce(%(expressions)s, ''), {digits})", output_field=CharField())


class LeadWords(Func):
    """The words of a lead. The phone stands whole and from the area code, the number and its last four."""

    # With its configuration named, `to_tsvector` is immutable and may be indexed (PostgreSQL 12.2.2)
    template = (
        "to_tsvector('simple'::regconfig, translate(lower(%(expressions)s), "
        f"'{ACCENTED}{_quoted_separators}', '{PLAIN}{' ' * len(SEPARATORS)}'))"
    )
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        # E.164 whole, then as Brazilians know their number:
        # with the area code, without, without the ninth digit
        phone = (_end_of_phone(digits) for digits in (15, 11, 9, 8, 4))
        super().__init__(*(expressions or ("name", "email", *phone)), **extra)


def search_query(text: str) -> SearchQuery | None:
    """What matches leads with a word beginning like each word of `text`; None where it has no word."""
    folded = text.translate(_FOLD).lower()
    phone = re.fullmatch(r"[\s()\d]+", folded)
    words = [re.sub(r"\D", "", folded)] if phone else re.findall(r"\w+", folded)
    terms = [f"{word[:MAX_WORD_LENGTH]}:*" for word in words[:MAX_WORDS] if word.strip("_")]
    return SearchQuery(" & ".join(terms), search_type="raw", config="simple") if terms else None
