"""Free-text answers: words the playbook knows ("implante", "HB20") and words that announce one ("curso de")."""

from __future__ import annotations

import re

from agent.brains.protocol import Context, Question
from agent.parsers.found import BLANK, Found, clean, fold, phrase_pattern
from agent.parsers.negation import is_negated

TOKEN = re.compile(r"[^\s,;!?()\"]+")
JOIN = re.compile(
    r"\s*(?:,\s*)?(?:(?:de|do|da|del|para|pra|of|for|with|com|con|e|y|and|em|en|a|al|ao|à|\+|/|-)\s+){0,2}(?:(?:o|a|os|as|el|la|the|um|uma|un|una|mi|meu|minha|my)\s+)?"
)
VERSION = re.compile(r"\s*(?:[-/]?\d[\w.]*)(?!\w|\s*(?:mil|k\b|%|reais|pesos|millones|anos|quartos))")
END = re.compile(r"[.;!?\n,()" + BLANK + r"]|\s[-–—]\s|\.\s")
STOP = frozenset(
    "porque pq pois mas mais porem que q se quando onde ate entao so hoje agora por pero porque cuando donde pues si "
    "hasta ahora because but when where if so since until now today please pls obrigado obrigada gracias thanks thank "
    "vcs voces ustedes you tem tienen have e y and com con with pra para quero quiero want preciso necesito need sou "
    "soy i'm im meu minha mi my tenho tengo i eu yo gostaria moro vivo live hj ok quanto cuanto how gracias favor "
    "vocês estou estoy am ser seria would could podem pueden ainda tbm tambem tambien also aqui aca here la ali".split()
)  # fmt: skip
INNER = frozenset("e y and com con with pra para por de".split())
LEADING = frozenset(
    "o a os as um uma uns umas el la los las un una unos unas the an some de do da del of meu minha mi my nosso nossa "
    "nuestro nuestra our seu sua su your fazer hacer do uma alguma algum algun alguna any sobre about umas com con".split()
)  # fmt: skip
LONGEST = 7


def parse(text: str, context: Context, language: str, question: Question) -> list[Found]:
    """Known terms first, widened over the terms they join; then whatever follows a cue."""
    text = clean(text)
    folded = fold(text)
    terms = [] if question.needs_cue else _terms(text, folded, language, question)
    cued = _cued(text, folded, question)
    if not question.needs_cue:
        return terms or cued
    return _near_cue(text, folded, language, question) or cued


def segment(text: str) -> str:
    """An answer without the words people wrap it in."""
    trimmed = text.replace(BLANK, " ").strip(" .,;:!?-–—\n\"'")
    words = trimmed.split()
    while len(words) > 1 and fold(words[0]) in LEADING:
        words = words[1:]
    return " ".join(words)


def all_terms(question: Question) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for terms in question.terms.values() for term in terms))


def all_cues(question: Question) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cue for cues in question.cues.values() for cue in cues))


def _terms(text: str, folded: str, language: str, question: Question) -> list[Found]:
    spans: list[tuple[int, int]] = []
    for match in _plural_pattern(all_terms(question)).finditer(folded):
        start, end = match.span()
        if is_negated(folded, start, language, spans[-1][1] if spans else 0):
            continue
        version = VERSION.match(folded, end)
        end = version.end() if version else end
        if spans and JOIN.fullmatch(folded[spans[-1][1] : start]):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return [Found(text[start:end], text[start:end], start, end) for start, end in spans]


def _plural_pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(phrase_pattern(terms).pattern.removesuffix(r"(?!\w)") + r"(?:e?s)?(?!\w)")


def _near_cue(text: str, folded: str, language: str, question: Question) -> list[Found]:
    """A term counts when a cue stands right before or right after it, in the same clause."""
    cues = [match.span() for match in phrase_pattern(all_cues(question)).finditer(folded)]
    return [term for term in _terms(text, folded, language, question) if _beside(folded, term, cues)]


def _beside(folded: str, term: Found, cues: list[tuple[int, int]]) -> bool:
    for start, end in cues:
        gap = folded[end : term.start] if end <= term.start else folded[term.end : start]
        if start < term.end and term.start < end:
            return True
        if (
            len(gap) <= 25
            and not END.search(gap)
            and not re.search(r"\b(?:por um|num|numa|for an?|por una?)\b", gap)
        ):
            return True
    return False


def _cued(text: str, folded: str, question: Question) -> list[Found]:
    found: list[Found] = []
    for match in phrase_pattern(all_cues(question)).finditer(folded):
        captured = _after(text, folded, match.end())
        if captured and not any(captured.overlaps(other) for other in found):
            found.append(captured)
    return found


def _after(text: str, folded: str, start: int) -> Found | None:
    boundary = END.search(folded, start)
    limit = boundary.start() if boundary else len(folded)
    taken: list[re.Match[str]] = []
    for match in TOKEN.finditer(folded, start, limit):
        word = match[0].strip("':")
        if not taken and (word in LEADING or word in {":", "=", "é", "e", "es", "is"}):
            continue
        if word in STOP and not (word in INNER and taken) or len(taken) == LONGEST:
            break
        taken.append(match)
    while taken and (taken[-1][0] in INNER | LEADING | STOP):
        taken.pop()
    if not taken:
        return None
    begin, end = taken[0].start(), taken[-1].end()
    return Found(text[begin:end].strip(" :.'"), text[begin:end], begin, end, explicit=True)
