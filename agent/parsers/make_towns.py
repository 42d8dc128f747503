"""Writes `data/towns.txt`: `python -m agent.parsers.make_towns`, after an update of `phonenumbers`.

The library ships the directories of every country, but loading them takes seconds and 100 MB in each
process. The towns of the countries that speak our three languages are all we need.
"""

import re

import phonenumbers
from phonenumbers.geodata import GEOCODE_DATA

from agent.parsers.found import fold
from agent.parsers.lexicons import DATA, SHORTEST_PLACE

COUNTRIES = "AO AR AU BR CL CO CU EC ES GB HN IE MX MZ NZ PE PT PY US UY VE ZA"


def towns_under(prefix: str) -> list[str]:
    # "Campinas - SP", "González Catán/Virrey del Pino, Buenos Aires": each part is a name
    names = {
        fold(name)
        for code, described in GEOCODE_DATA.items()
        if code.startswith(prefix)
        for name in described.values()
    }
    towns = {part.strip() for name in names for part in re.split(r"[/(),|]| - ", name)}
    return sorted(town for town in towns if len(town) >= SHORTEST_PLACE)


def main() -> None:
    prefixes = sorted({phonenumbers.country_code_for_region(country) for country in COUNTRIES.split()})
    lines = [f"{prefix}:{'|'.join(towns_under(str(prefix)))}\n" for prefix in prefixes]
    (DATA / "towns.txt").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
