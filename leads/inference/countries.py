"""The country that a submission names, for phones written without their country code."""

import re
from collections.abc import Sequence

from leads.inference.fields import Field
from leads.inference.ranking import says
from leads.inference.words import any_of, plain, word_set

_COUNTRY = any_of("country, pais, country code, codigo pais")
_ZIP = any_of("zip, zip code, zipcode, postal code, postcode")
_STATE = any_of("state, province, region, state code, province code")
_FIVE_DIGITS = re.compile(r"\d{5}(?:-\d{4})?")
# By the first digit of their postcodes: Pará is PA, Coahuila CO and Cádiz CA too, whose postcodes begin otherwise
_AMERICAN_STATES = {
    "0": word_set("CT MA ME NH NJ RI VT"),
    "1": word_set("DE NY PA"),
    "2": word_set("DC MD NC SC VA WV"),
    "3": word_set("AL FL GA MS TN"),
    "4": word_set("IN KY MI OH"),
    "5": word_set("IA MN MT ND SD WI"),
    "6": word_set("IL KS MO NE"),
    "7": word_set("AR LA OK TX"),
    "8": word_set("AZ CO ID NM NV UT WY"),
    "9": word_set("AK CA HI OR WA"),
}
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


def country_of(fields: Sequence[Field], default: str) -> str:
    """The ISO code of the country that the submission names, or that its address is in; else `default`."""
    for one in fields:
        if isinstance(one.value, str) and any(_COUNTRY.search(words) for words in one.words):
            # Names first: "UK" is none of the codes of ISO 3166
            if plain(one.line) in _COUNTRIES:
                return _COUNTRIES[plain(one.line)]
            if re.fullmatch(r"[A-Z]{2}", one.line):
                return one.line
    return "US" if _has_american_address(fields) else default


def _has_american_address(fields: Sequence[Field]) -> bool:
    postcodes = [one for one in fields if _FIVE_DIGITS.fullmatch(one.line) and says(_ZIP, one)]
    states = {
        (one.parent, state) for one in postcodes for state in _AMERICAN_STATES.get(one.line[0], frozenset())
    }
    return any((one.parent, one.line) in states and says(_STATE, one) for one in (fields if states else ()))
