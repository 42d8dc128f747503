"""E-mail addresses, also as people dictate them ("ana arroba exemplo ponto com")."""

from __future__ import annotations

import re

from agent.brains.protocol import Context
from agent.parsers.found import Found, clean, fold

# Also "ana @ exemplo.com", as phones' keyboards space it; the full stop of the sentence stays outside
ADDRESS = re.compile(
    r"(?<![\w.+-])[a-z0-9](?:[\w.+-]*[a-z0-9_+-])?\s?@\s?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\w-])"
)
SPOKEN = re.compile(
    r"(?<!\w)(?P<user>[a-z0-9][\w.-]*(?:\s+(?:ponto|punto|dot)\s+[\w-]+)*)\s+(?:arroba|at sign|at)\s+"
    r"(?P<host>[a-z0-9][\w-]*(?:\s*(?:\.|\s(?:ponto|punto|dot)\s)\s*[\w-]+)+)(?!\w)"
)
SPOKEN_DOT = re.compile(r"\s*(?:\.|\s(?:ponto|punto|dot)\s)\s*")


def parse(text: str, context: Context, language: str) -> list[Found]:
    text = clean(text)
    folded = fold(text)
    found = [
        Found(re.sub(r"\s", "", match[0]), text[match.start() : match.end()], match.start(), match.end())
        for match in ADDRESS.finditer(folded)
    ]
    return found or [_spoken(text, match) for match in SPOKEN.finditer(folded)]


def _spoken(text: str, match: re.Match[str]) -> Found:
    user, host = (SPOKEN_DOT.sub(".", match[part]) for part in ("user", "host"))
    return Found(f"{user}@{host}", text[match.start() : match.end()], match.start(), match.end())
