"""The country that a submission names, for phones written without their country code."""

import re
from collections.abc import Iterable

from leads.inference.fields import Field
from leads.inference.words import any_of, plain

_COUNTRY = any_of("country, pais, country code, codigo pais")
_COUNTRIES = {
    "brasil": "BR",
    "brazil": "BR",
    "argentina": "AR",
    "mexico": "MX",
    "colombia": "CO",
    "chile": "CL",
    "peru": "PE",
    "uruguay": "UY",
    "uruguai": "UY",
    "paraguay": "PY",
    "paraguai": "PY",
    "espana": "ES",
    "spain": "ES",
    "espanha": "ES",
    "portugal": "PT",
    "united states": "US",
    "usa": "US",
    "estados unidos": "US",
    "united kingdom": "GB",
    "uk": "GB",
    "ecuador": "EC",
    "bolivia": "BO",
    "venezuela": "VE",
    "canada": "CA",
}


def country_of(fields: Iterable[Field], default: str) -> str:
    """The ISO code of the country that the submission names, else `default`."""
    for one in fields:
        if isinstance(one.value, str) and any(_COUNTRY.search(words) for words in one.words):
            # Names first: "UK" is none of the codes of ISO 3166
            if plain(one.line) in _COUNTRIES:
                return _COUNTRIES[plain(one.line)]
            if re.fullmatch(r"[A-Z]{2}", one.line):
                return one.line
    return default
