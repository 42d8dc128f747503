"""Corrections that name a thing nobody knows: "mejor el March"."""

from __future__ import annotations

import re

from agent.brains.scripted_lines import Claim, Line
from agent.brains.scripted_reading import ClaimReader
from agent.parsers import names, places, texts
from agent.parsers.found import Found, fold
from agent.parsers.lexicons import common_words

# "mejor el March, que es más barato": one thing for another, and nothing else is said of it
INSTEAD = re.compile(
    r"(?<!\w)(?:mejor|melhor|prefiro|prefiero|rather|prefer|make (?:it|that)|na verdade|en realidad|actually)[\s,]+"
    r"(?:(?:quero|quiero|want|e|es|ver|see|have|maybe)\s+)?(?:o|a|el|la|um|uma|un|una|the|an?)\s+"
    r"(?P<thing>[^\W\d_][\w-]*(?:\s\d\w*)?)"
    r"(?=\s*(?:[.,;!?\n]|(?:que|mesmo|porque|pq|por favor|please|instead)(?!\w)|$))"
)
# What else may be preferred by one word: "mejor el rojo"
COLOUR = re.compile(
    r"roj[oa]|negr[oa]|blanc[oa]|gris|azul|verde|platead[oa]|plata|amarill?[oe][lo]?|vermelh[oa]|pret[oa]|branc[oa]|cinza|"
    r"prata|red|black|white|silver|gr[ea]y|blue|green|primeir[oa]|segund[oa]|primer[oa]?|first|second|last|ultim[oa]"
)


class ExchangeReader(ClaimReader):
    def exchanged(self, line: Line) -> list[Claim]:
        """A word that nobody knows takes the place of the one thing that was wanted until now."""
        wanted = [q for q in self.of_type("text") if not (q.needs_cue or q.proper_noun)]
        wanted = [q for q in wanted if q.key in self.known and not texts.known(line.text, self.language, q)]
        match = INSTEAD.search(line.folded) if len(wanted) == 1 and not line.claimed else None
        if match is None or not self._is_thing(line.text[match.start("thing") : match.end("thing")], line):
            return []
        start, end = match.span("thing")
        found = Found(line.text[start:end], line.text[start:end], start, end)
        line.take(found)
        return [self.claim(wanted[0], found, line)]

    def _is_thing(self, word: str, line: Line) -> bool:
        """A name of no person and no place; where the client uses capitals it has one."""
        flat = line.text.isupper() or line.text.islower()
        telling = COLOUR.fullmatch(fold(word)) is None and fold(word) not in common_words()
        written = telling if flat else word[0].isupper()
        return written and not names.is_known(word) and not places.is_known(word, self.context)
