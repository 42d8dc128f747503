"""Wishes for a person in words that no phrase book holds.

Two rules find them in a clause: it holds a request, a way to get in touch and somebody of ours; or it speaks of nothing
but how to get to somebody ("any chance of a human?").
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

LEXICON = Path(__file__).parent / "lexicons" / "persons.toml"
CLAUSE = re.compile(r"[^.!?\n;]+[.!?]*")
WORD = re.compile(r"[^\W_]+")
REFUSED = re.compile(
    r"(?<!\w)(?:nao|n|no|not|don'?t|never|nem|sem|sin|without)(?: \w+)? (?:quero|queria|precis\w+|gost\w+|vou|"
    r"ligu\w+|lig(?:a|ar)|"
    r"quiero|necesit\w+|hace|voy|llam\w+|want|need|like|call|have|talk|speak|falar|hablar|fal[eo]|hablo)(?!\w)"
)
LONGEST = 22
# What each kind of word for somebody needs beside it, one way or another
NEEDED = {
    kind: tuple(frozenset(way.split("+")) for way in ways.split())
    for kind, ways in {
        "human": "human",
        "one_of_ours": "wish touch real machine polite help",
        "anybody": "wish touch real machine polite",
        "person": "wish touch real machine",
        "people": "touch real machine wish+help",
        "machine": "refusal leaving",
        "who": "touch+wish touch+real",
        "us": "touch+real",
    }.items()
}
# "a gente" is "we", "in person" a manner; who lives in a house is nobody of ours; "gente, quero…" is said to us
ANOTHER_THING = re.compile(
    r"(?<!\w)(?:a gente|(?:in|en|em|pra|para|for|so) (?:uma? |una? |one |a |so )?(?:person|persona|pessoa)s?|"
    r"(?:meu|minha|noss[ao]|mi|nuestr[ao]|my|our|his|her) (?!amigo|consagrado|caso|chat)\w+|"
    r"(?:vivo|live|living) (?:con|with)|"
    r"(?:people|person|any(?:one|body)|some(?:one|body)) liv(?:es?|ing))(?!\w)|"
    r"^\W*(?:gente|pessoal|people)\W+(?:eu|quero|queria|preciso|i)(?!\w)"
)
# "hablo con una persona?" asks what we are
SAYS_WHO = re.compile(r"(?<!\w)(?:fal[oe]|hablo|hablas)(?!\w)")


def requests(folded: str) -> Iterator[re.Match[str]]:
    """The word for the person, in each clause with a request and a way to get in touch."""
    for clause in CLAUSE.finditer(folded):
        yield from _requested(folded, clause)


def appeals(folded: str) -> Iterator[re.Match[str]]:
    """The word for the person, in each clause that speaks of nothing else and refuses nobody."""
    for clause in CLAUSE.finditer(folded):
        kinds = _nothing_else(clause[0])
        if kinds and _is_appeal(clause[0], kinds):
            words = WORD.finditer(folded, clause.start(), clause.end())
            yield next(word for word in words if _people_in(_kinds(word[0])))


def is_anyone_there(folded: str) -> bool:
    """ "tem alguém aí?": whoever knows already that we are a machine asks for a person with it."""
    asked = [clause[0] for clause in CLAUSE.finditer(folded) if "?" in clause[0]]
    return any(
        "anybody" in kinds or ("there" in kinds and kinds & {"person", "people"})
        for kinds in map(_nothing_else, asked)
    )


def _requested(folded: str, clause: re.Match[str]) -> Iterator[re.Match[str]]:
    said = clause[0]
    if len(said.split()) > LONGEST or REFUSED.search(said):
        return
    if not (_words("request").search(said) and _words("touch").search(said)):
        return
    people = _words("somebody").finditer(folded, clause.start(), clause.end())
    yield from (person for person in people if not _is_not_ours(folded, person))


def _is_not_ours(folded: str, person: re.Match[str]) -> bool:
    """ "minha atendente", "somos 8 agentes", "o corretor me disse"."""
    before, after = _surroundings()
    return bool(before.search(folded, 0, person.start()) or after.match(folded, person.end()))


def _nothing_else(said: str) -> frozenset[str]:
    """The kinds of words in the clause; none where a single word of it speaks of anything else."""
    kinds = [_kinds(word) for word in WORD.findall(said)]
    return frozenset().union(*kinds) if all(kinds) and not ANOTHER_THING.search(said) else frozenset()


def _people_in(kinds: frozenset[str]) -> frozenset[str]:
    return kinds & NEEDED.keys()


def _is_appeal(said: str, kinds: frozenset[str]) -> bool:
    asks = "?" in said
    # "não tem ninguém de verdade?" asks, "não quero ninguém" refuses; who refuses a machine wants the other thing
    if ("refusal" in kinds and not (asks or "machine" in kinds)) or (asks and SAYS_WHO.search(said)):
        return False
    # "humano?" alone asks what we are
    if asks and not kinds & {"wish", "touch", "real", "there", "polite", "help"}:
        return False
    return any(way <= kinds for people in _people_in(kinds) for way in NEEDED[people])


@lru_cache(maxsize=4096)
def _kinds(word: str) -> frozenset[str]:
    return frozenset(kind for kind, pattern in _vocabulary().items() if pattern.fullmatch(word))


@cache
def _vocabulary() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(words)) for kind, words in _lexicon()["nothing_else"].items()}


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
