"""Claims about places: where the client lives or wants to be."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.brains.scripted_lines import Claim, Line
from agent.brains.scripted_reading import ClaimReader
from agent.parsers import places, texts
from agent.parsers.found import Found
from agent.parsers.negation import is_dropped, is_negated

# "no quiero Condesa", "I don't want to live in Austin"
UNWANTED = re.compile(
    r"(?<!\w)(?:nao|n|no|don'?t|do not)\s+(?:me\s+)?(?:quero|queria|quiero|quisiera|want|gosto|gusta|like)"
    r"(?:\s+(?:(?:to\s+)?(?:live|be|morar|ficar|ir|vivir|estar)|d[eao]|n[ao]|em|en|in|la|el|o|a|the|pra|para))*\s+$"
)


class PlaceReader(ClaimReader):
    def places(self, line: Line) -> list[Claim]:
        claims = []
        questions = self.of_type("place")
        found = places.parse(line.unread, self.context, self.language) if questions else []
        for question in questions[:1]:
            sure = question.key in self.known and not line.corrects
            found = [item for item in found if item.explicit or not (sure or self._is_answer(item))]
            found = [item for item in found if not self._is_refused(item, line)] if line.corrects else found
            at_home = [item for item in found if places.is_home(line.folded, item)]
            wanted = [item for item in at_home or found if not UNWANTED.search(line.folded[: item.start])]
            claims += [self.claim(question, item, line) for item in wanted[:1]]
        for item in found:
            line.take(item)
        return claims

    def _is_refused(self, item: Found, line: Line) -> bool:
        """ "Santos não, é em São Vicente"."""
        refused = is_negated(line.folded, item.start, self.language) or is_dropped(line.folded, item.end)
        return refused and "?" not in line.text

    def _is_answer(self, item: Found) -> bool:
        """ "en brackets" names no place: the playbook knows the word as an answer."""
        return any(
            texts.known(item.quote, self.language, replace(question, needs_cue=False))
            for question in self.of_type("text")
        )

    def towns(self, line: Line) -> list[Found]:
        """Those that are led to or famous, or a line that is nothing but one: "Ipatinga mg" offers no MG."""
        if not self.of_type("place"):
            return []
        found = places.parse(line.unread, self.context, self.language)
        alone = None if found else places.bare(line.unread, self.context, pending=False)
        return [*found, alone] if alone else found
