"""What people type, as a query for the words that a lead is found by.

The words are of the name, the e-mail, the city, the interest and the phone's usual parts; PostgreSQL keeps
them folded (migration 0018), and the query is folded here the same way. PostgreSQL's own text search does
it; trigrams would need an extension that not every server has.
"""

import re

from django.contrib.postgres.search import SearchQuery

ACCENTED = "áàâãäåéèêëíìîïóòôõöúùûüçñÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑ"
PLAIN = "aaaaaaeeeeiiiiooooouuuucnaaaaaaeeeeiiiiooooouuuucn"
SEPARATORS = "@._-+'/"
MAX_WORDS = 8
MAX_WORD_LENGTH = 60

_FOLD = str.maketrans(ACCENTED + SEPARATORS, PLAIN + " " * len(SEPARATORS))


def search_query(text: str) -> SearchQuery | None:
    """What matches leads with a word beginning like each word of `text`; None where it has no word."""
    folded = text.translate(_FOLD).lower()
    phone = re.fullmatch(r"[\s()\d]+", folded)
    words = [re.sub(r"\D", "", folded)] if phone else re.findall(r"\w+", folded)
    terms = [f"{word[:MAX_WORD_LENGTH]}:*" for word in words[:MAX_WORDS] if word.strip("_")]
    return SearchQuery(" & ".join(terms), search_type="raw", config="simple") if terms else None
