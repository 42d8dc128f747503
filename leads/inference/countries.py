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
# With a postcode of five digits beside it: Pará is PA too, and Brazil's postcodes have eight
_AMERICAN_STATES = word_set(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
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
    parents = {one.parent for one in postcodes}
    return any(
        one.parent in parents and one.line in _AMERICAN_STATES and says(_STATE, one)
        for one in (fields if parents else ())
    )
