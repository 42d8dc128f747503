"""Word lists beside the parsers, folded: given names, everyday words, places."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from phonenumbers import country_code_for_region

from agent.parsers.found import fold

DATA = Path(__file__).parent / "data"
LANGUAGE_FILES = {"pt-BR": "pt", "es": "es", "en": "en"}
# Most words as short as Itu are something else; the short names that people do type are in `places.txt`
SHORTEST_PLACE = 4


@cache
def word_set(name: str) -> frozenset[str]:
    """The words of `data/<name>.txt`, as they are."""
    return frozenset((DATA / f"{name}.txt").read_text("utf-8").split())


@cache
def first_names() -> frozenset[str]:
    return frozenset(fold(word) for word in (DATA / "first_names.txt").read_text("utf-8").split())


@cache
def companies() -> frozenset[str]:
    """Banks, shops, portals, benefits and breeds: capitals that are neither a person's nor a place's name."""
    rows = (DATA / "companies.txt").read_text("utf-8").splitlines()
    return frozenset(name for row in rows for name in row.split("|"))


@cache
def common_words() -> frozenset[str]:
    """Words of any of the three languages that are not part of a name."""
    return frozenset().union(*(language_words(language) for language in LANGUAGE_FILES))


@cache
def language_words(language: str) -> frozenset[str]:
    text = (DATA / f"common_words.{LANGUAGE_FILES[language]}.txt").read_text("utf-8")
    return frozenset(fold(word) for word in text.split())


@cache
def famous_places(country: str) -> frozenset[str]:
    """Cities, quarters and short names that people of the country type without saying "city"."""
    rows = (line.partition(":") for line in (DATA / "places.txt").read_text("utf-8").splitlines())
    return frozenset(
        fold(place.strip()) for key, _, places in rows if key in {country, "*"} for place in places.split("|")
    )


@cache
def regions() -> tuple[str, ...]:
    """States, provinces and countries, as people add them to a town."""
    rows = (DATA / "regions.txt").read_text("utf-8").splitlines()
    return tuple(fold(name) for row in rows for name in row.split("|"))


@cache
def places_anywhere() -> frozenset[str]:
    """The famous places of every country we know."""
    rows = (line.partition(":") for line in (DATA / "places.txt").read_text("utf-8").splitlines())
    return frozenset(fold(place.strip()) for _, _, places in rows for place in places.split("|"))


@cache
def towns(country: str) -> frozenset[str]:
    """Every town that has its own area code, of the country's numbering plan (see `make_towns`)."""
    prefix = str(country_code_for_region(country))
    rows = (line.partition(":") for line in (DATA / "towns.txt").read_text("utf-8").splitlines())
    names = next((towns for key, _, towns in rows if key == prefix), "")
    # Para, Bonito, Nice, Marco and even Feliz Natal are Brazilian towns as well
    return frozenset(names.split("|")) - {"", "feliz natal"} - common_words()
