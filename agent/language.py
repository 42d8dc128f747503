"""Which language to answer in: detection by everyday words, and a ladder that does not flip on "ok"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent import intents
from agent.parsers.found import clean, fold
from agent.parsers.lexicons import LANGUAGE_FILES, language_words
from leads.languages import language_of

# "ok", "thanks", "hola": shorter messages are borrowed by speakers of every language
SHORTEST_EVIDENCE = 12
LEAD_NEEDED = 1.0
# Portuguese and Spanish share so many words that one of them alone says little.
NEIGHBOURS = {"pt-BR", "es"}
LEAD_OF_NEIGHBOUR = 2.0

GREETINGS = {
    "oi": "pt-BR", "ola": "pt-BR", "opa": "pt-BR", "bom dia": "pt-BR", "boa tarde": "pt-BR",
    "boa noite": "pt-BR", "obrigado": "pt-BR", "obrigada": "pt-BR", "hola": "es", "buenas": "es",
    "buenos dias": "es", "buenas tardes": "es", "buenas noches": "es", "gracias": "es", "hi": "en",
    "hello": "en", "hey": "en", "good morning": "en", "good afternoon": "en", "good evening": "en",
    "thanks": "en",
}  # fmt: skip
LETTERS = (("es", re.compile(r"[ñ¿¡]")), ("pt-BR", re.compile(r"[ãõç]|[êâô]")))


@dataclass(frozen=True)
class Heard:
    """The language of this turn, and what the ladder remembers for the next."""

    language: str
    confirmed: str | None
    vote: str | None
    locked: bool


def detect(texts: Sequence[str], lead: float = LEAD_NEEDED) -> str | None:
    """The language the words are in, or None where it is not `lead` words ahead of the next."""
    joined = clean(" ".join(texts))
    scores = _scores(joined)
    ranked = sorted(scores, key=lambda language: scores[language], reverse=True)
    if scores[ranked[0]] - scores[ranked[1]] >= lead:
        return ranked[0]
    return None


def hear(
    texts: Sequence[str],
    *,
    known: str | None,
    vote: str | None,
    locked: bool,
    languages: Sequence[str],
    seed: str,
) -> Heard:
    """One detection replaces a guess, two in a row replace a detection, a request replaces and locks."""
    wanted = intents.wants_language(texts)
    # Before the detection: "can you speak English?" may be asked in any language
    if wanted in languages:
        return Heard(str(wanted), wanted, None, True)
    detected = detect(texts)
    if {detected, known or seed} == NEIGHBOURS:
        detected = detect(texts, LEAD_OF_NEIGHBOUR)
    if locked or detected not in languages:
        return Heard(known or seed, known, None if detected is None else vote, locked)
    if known is None or detected == known:
        return Heard(str(detected), detected, None, locked)
    if len("".join(texts)) < SHORTEST_EVIDENCE:
        return Heard(known, known, vote, locked)
    if vote == detected:
        return Heard(str(detected), detected, None, locked)
    return Heard(known, known, detected, locked)


def seed_language(country: str, languages: Sequence[str], default: str, usual: str = "") -> str:
    """A guess before anything was said: what is usual on the line, else in the country."""
    guess = usual or language_of(country)
    return guess if guess in languages else default


def _scores(text: str) -> dict[str, float]:
    folded = fold(text)
    scores = dict.fromkeys(LANGUAGE_FILES, 0.0)
    for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", folded):
        speakers = [language for language in LANGUAGE_FILES if word in language_words(language)]
        for language in speakers:
            # A word of two languages hints at both, one of all three, such as "hotel", at none
            scores[language] += {1: 1.0, 2: 0.25, 3: 0.0}[len(speakers)]
    # Most greetings are too short or too common for the word lists, and often all of a first message
    for phrase, language in GREETINGS.items():
        if re.search(rf"(?<!\w){phrase}(?!\w)", folded):
            scores[language] += 1.0
    for language, letters in LETTERS:
        # Two letters are enough: a long message of "ção" must not outweigh its words
        scores[language] += min(2, len(letters.findall(text.lower()))) * 0.75
    return scores
