"""Wishes for a person in words that no phrase book holds: a request, a way to get in touch, somebody of ours."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LEXICON = Path(__file__).parent / "lexicons" / "persons.toml"
CLAUSE = re.compile(r"[^.!?\n;]+[.!?]*")
REFUSED = re.compile(
    r"(?<!\w)(?:nao|n|no|not|don'?t|never|nem|sem|sin|without)(?: \w+)? (?:quero|queria|precis\w+|gost\w+|vou|"
    r"ligu\w+|lig(?:a|ar)|"
    r"quiero|necesit\w+|hace|voy|llam\w+|want|need|like|call|have|talk|speak|falar|hablar|fal[eo]|hablo)(?!\w)"
)
LONGEST = 22


def wishes(folded: str) -> Iterator[re.Match[str]]:
    """The word for the person, in each clause that asks for one."""
    for clause in CLAUSE.finditer(folded):
        said = clause[0]
        if len(said.split()) > LONGEST or REFUSED.search(said):
            continue
        if not (_words("request").search(said) and _words("touch").search(said)):
            continue
        people = _words("somebody").finditer(folded, clause.start(), clause.end())
        yield from (person for person in people if not _is_not_ours(folded, person))


def _is_not_ours(folded: str, person: re.Match[str]) -> bool:
    """ "minha atendente", "somos 8 agentes", "o corretor me disse"."""
    before, after = _surroundings()
    return bool(before.search(folded, 0, person.start()) or after.match(folded, person.end()))


@cache
def _words(name: str) -> re.Pattern[str]:
    lists = _lexicon()[name]
    return re.compile(rf"(?<!\w)(?:{'|'.join(word for words in lists.values() for word in words)})(?!\w)")


@cache
def _surroundings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    lists = _lexicon()["not_ours"]
    before, after = ("|".join(lists[side]) for side in ("before", "after"))
    return re.compile(rf"(?<!\w)(?:{before})\s+$"), re.compile(rf"\s+(?:{after})(?!\w)")


@cache
def _lexicon() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(LEXICON.read_text("utf-8"))
