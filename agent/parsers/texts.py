"""Free-text answers: words the playbook knows ("implante", "HB20") and words that announce one ("curso de")."""

from __future__ import annotations

import re
from functools import lru_cache

from agent.brains.protocol import Context, Question
from agent.parsers.found import BLANK, Found, clean, fold, phrase_pattern
from agent.parsers.lexicons import common_words, first_names, word_set
from agent.parsers.negation import is_dropped, is_negated

TOKEN = re.compile(r"[^\s,;!?()\"" + BLANK + r"]+")
JOIN = re.compile(
    r"\s*(?:,\s*)?(?:(?:de|do|da|del|para|pra|of|for|with|com|con|e|y|and|em|en|a|al|ao|à|no|na|\+|/|-)\s+){0,2}"
    r"(?:(?:o|a|os|as|el|la|the|um|uma|un|una|mi|meu|minha|my)\s+)?"
)
# "Gol 1.6", "HB20", "Fan 160"; not "apto 300 mil" or "casa 3 quartos"
VERSION = re.compile(
    r"\s*(?!\d{1,3}(?:[.,]\d{3})+(?!\d))(?:[-/]?\d[\w.]*)(?!\w|[.,]?\d|\s*(?:mil|k\b|%|reais|pesos|millones|anos|quartos|mi\b|milhoes))"
)
# A year right beside one word: "Spark 2015"
DATED = re.compile(
    r"(?<!\w)(?:[^\W\d_][\w-]+ (?:19[89]\d|20[0-3]\d)|(?:19[89]\d|20[0-3]\d) [^\W\d_][\w-]+)(?!\w)"
)
MODEL = re.compile(r"(?: [A-ZÀ-Þ][\w-]{2,}){1,2}")
END = re.compile(r"[.;!?\n,()" + BLANK + r"]|\s[-–—]\s|\.\s")
STOP = word_set("text_stops")
INNER = word_set("text_inner")
LEADING = word_set("text_leading")
OTHER_ANSWERS = frozenset(
    {
        "noite",
        "tarde",
        "manha",
        "noche",
        "manana",
        "night",
        "evening",
        "online",
        "presencial",
        "favor",
        "please",
        "agora",
    }
)
LEADS_ON = frozenset({"para", "pra", "for", "com", "con", "with", "de", "em", "en"})
CUTS = word_set("text_cuts")
LONGEST = 7
SLOT = "{}"
NEXT = "_"


def parse(text: str, context: Context, language: str, question: Question) -> list[Found]:
    """Known terms first, widened over the terms they join; then whatever follows a cue."""
    # Terms first: a manager wrote them down, what follows a cue is only where it stands
    return known(text, language, question) or announced(text, question)


def known(text: str, language: str, question: Question) -> list[Found]:
    """The question's own terms; where it needs a cue, only those that stand beside one."""
    text = clean(text)
    folded = fold(text)
    terms = _terms(text, folded, language, question)
    if not question.needs_cue:
        return terms
    cues = [match.span() for match in phrase_pattern(plain_cues(question)).finditer(folded)]
    stems = tuple(
        re.split(r"\{\}|_", cue)[0].strip() for cue in every(question.cues) if SLOT in cue or NEXT in cue
    )
    touching = [match.end() for match in phrase_pattern(stems).finditer(folded)]
    terms = terms or _dated(text, folded)
    return [term for term in terms if _beside(folded, term, cues) or _touches(folded, term, touching)]


def announced(text: str, question: Question) -> list[Found]:
    """What follows a cue, up to the end of the thought."""
    text = clean(text)
    folded = fold(text)
    cues = every(question.cues)
    found: list[Found] = []
    for match in phrase_pattern(plain_cues(question)).finditer(folded) if not question.needs_cue else ():
        _add(found, _after(text, folded, match.end()))
    for cue in (cue for cue in cues if SLOT in cue):
        before, _, after = cue.partition(SLOT)
        for match in phrase_pattern((before or after,)).finditer(folded):
            _add(found, _after(text, folded, match.end()) if before else _before(text, folded, match.start()))
    return found


def plain_cues(question: Question) -> tuple[str, ...]:
    """Plain cues stand anywhere near; "usamos {}" also announces unknown words, "meu _" only touches known ones."""
    return tuple(cue for cue in every(question.cues) if SLOT not in cue and NEXT not in cue)


def _add(found: list[Found], captured: Found | None) -> None:
    if captured and not any(captured.overlaps(other) for other in found):
        found.append(captured)


def _before(text: str, folded: str, end: int) -> Found | None:
    """Up to three words right before a cue such as "{} courses"."""
    start = max((match.end() for match in END.finditer(folded, 0, end)), default=0)
    taken: list[re.Match[str]] = []
    for match in reversed(list(TOKEN.finditer(folded, start, end))):
        everyday = match[0] in common_words() and not text[match.start()].isupper()
        if everyday or match[0] in STOP | LEADING or len(taken) == 3:
            break
        taken.insert(0, match)
    if not taken:
        return None
    begin, finish = taken[0].start(), taken[-1].end()
    return Found(text[begin:finish], text[begin:finish], begin, finish)


def segment(text: str) -> str:
    """An answer without the words people wrap it in."""
    words = text.replace(BLANK, " ").strip(" .,;:!?-–—\n\"'").split()
    while len(words) > 1 and fold(words[0]) in LEADING:
        words = words[1:]
    return " ".join(words)


def every(texts: object) -> tuple[str, ...]:
    """All phrases of a per-language table: clients mix languages."""
    return tuple(dict.fromkeys(phrase for phrases in texts.values() for phrase in phrases))  # type: ignore[attr-defined]


def _terms(text: str, folded: str, language: str, question: Question) -> list[Found]:
    spans: list[tuple[int, int, int]] = []
    terms = every(question.terms)
    plain, openings = _folded_terms(terms)
    for match in _term_pattern(terms).finditer(folded):
        start, end = match.span()
        read_to = spans[-1][2] if spans else 0
        # Terms are sought longest first at each place, so what begins within the last one is part of it
        if _is_everyday(text[start:end], language):
            continue
        if start < read_to or is_negated(folded, start, language, read_to) or is_dropped(folded, end):
            continue
        version = VERSION.match(folded, end)
        open_ended = not version and match["term"] not in plain
        singular = version.end() if version else match.end("term")
        if open_ended:
            opening = max((term for term in openings if folded.startswith(term, start)), key=len, default="")
            singular = _trimmed(folded, start, singular, max(len(opening.split()), 2))
        end = version.end() if version else (singular if open_ended else end)
        if not open_ended:
            singular = end = _with_model(text, start, singular, end)
        if spans and JOIN.fullmatch(folded[read_to:start]):
            spans[-1] = (spans[-1][0], singular, end)
        else:
            spans.append((start, singular, end))
    return [Found(text[start:value_end], text[start:end], start, end) for start, value_end, end in spans]


def _is_everyday(word: str, language: str) -> bool:
    """ "unos 14.000 euros" are no cars called Uno; "como funciona aí" asks for no AI."""
    return word.lower() in {"unos", "aí"} or (word.lower() == "ai" and language == "pt-BR" and word != "AI")


@lru_cache(maxsize=256)
def _folded_terms(terms: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The terms as they are sought, and what those with a complement begin with."""
    plain = frozenset(fold(term) for term in terms)
    return plain, frozenset(term.partition(SLOT)[0].strip() for term in plain if SLOT in term)


@lru_cache(maxsize=256)
def _term_pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    """Terms as whole words, also in the plural."""
    phrases = phrase_pattern(terms).pattern.removeprefix(r"(?<!\w)").removesuffix(r"(?!\w)")
    phrases = phrases.replace(re.escape(SLOT), r"[^\W\d_]{2,}(?:\s[^\W\d_&]+){0,3}")
    return re.compile(rf"(?<!\w)(?P<term>{phrases})(?:e?s)?(?!\w)")


def _trimmed(folded: str, start: int, end: int, fixed: int) -> int:
    """A complement taken too far ends before the next thought: "maestría en gestión pública | por favor".

    The first `fixed` words are the term's own.
    """
    taken = list(re.finditer(r"\S+", folded[start:end]))
    for index, token in enumerate(taken):
        if index >= fixed and token[0] in CUTS:
            return _trimmed(folded, start, start + taken[index - 1].end(), fixed)
    while len(taken) > 2 and taken[-1][0] in INNER | LEADING | STOP | OTHER_ANSWERS:
        taken.pop()
    while len(taken) > 1 and taken[-1][0] in LEADS_ON:
        taken.pop()
    return start + taken[-1].end()


def _with_model(text: str, start: int, singular: int, end: int) -> int:
    """ "Honda Wave": capitals go on after a known name that has them, up to two words."""
    if singular != end or not text[start].isupper() or text.isupper():
        return singular
    following = MODEL.match(text, end)
    return following.end() if following and fold(following[0].split()[0]) not in first_names() else singular


def _touches(folded: str, term: Found, ends: list[int]) -> bool:
    """Nothing but an article stands between the cue and the term."""
    return any(
        end <= term.start and re.fullmatch(r"\s*(?:\w{1,3}\s+)?", folded[end : term.start]) for end in ends
    )


def _dated(text: str, folded: str) -> list[Found]:
    """ "un Spark 2015", "a 2012 Focus": a year says that the unknown word beside it is a model."""
    return [
        Found(text[match.start() : match.end()], text[match.start() : match.end()], *match.span())
        for match in DATED.finditer(folded)
        if not set(re.findall(r"[^\W\d_]+", match[0])) & (common_words() | STOP | LEADING)
    ]


def _beside(folded: str, term: Found, cues: list[tuple[int, int]]) -> bool:
    """Right before or right after the term, in the same clause, with no other vehicle of thought between."""
    for start, end in cues:
        if start < term.end and term.start < end:
            return True
        gap = folded[end : term.start] if end <= term.start else folded[term.end : start]
        # A cue this far away speaks of something else, and never across a pause
        far = len(gap) > 25 or END.search(gap)
        if not far and not re.search(r"\b(?:por um|pelo|pela|num|numa|for an?|por una?|por el)\b", gap):
            return True
    return False


def _after(text: str, folded: str, start: int) -> Found | None:
    boundary = END.search(folded, start)
    limit = boundary.start() if boundary else len(folded)
    taken: list[re.Match[str]] = []
    for match in TOKEN.finditer(folded, start, limit):
        word = match[0].strip("':")
        if not taken and (word in LEADING or not word):
            continue
        if (
            not re.search(r"\w", word)
            or len(taken) == LONGEST
            or (word in STOP and not (word in INNER and taken))
        ):
            break
        taken.append(match)
    while taken and taken[-1][0] in INNER | LEADING | STOP:
        taken.pop()
    if not any(re.search(r"[^\W\d_]{2,}", match[0]) for match in taken):
        return None
    begin, end = taken[0].start(), taken[-1].end()
    return Found(text[begin:end].strip(" :.'"), text[begin:end], begin, end)
