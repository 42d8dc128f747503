"""Claims about options: which one the client means, prefers or leaves open."""

from __future__ import annotations

import re

from agent.brains.protocol import Question
from agent.brains.scripted_lines import Claim, Line
from agent.brains.scripted_reading import ClaimReader
from agent.parsers import choices, clock, places, texts
from agent.parsers.found import Found, blank, phrase_pattern

FAVOUR = re.compile(
    r"(?<!\w)(?:poe|coloca|bota|pon|ponga|put|vamos de|vou de|so|solo|only|somente|apenas|prefiro|prefer|"
    r"melhor|mejor|rather)(?:\s+(?!depois|despues|after|quando|"
    r"cuando|when|if|se\b)\w+){0,2}\s+$"
)
FAVOUR_AFTER = re.compile(
    r"\s*(?:(?:eu|yo|i'?d|i would|i)\s+)?(?:mesmo\s+)?(?:prefiro|prefer|preferably|de preferencia|preferiblemente|"
    r"seria melhor|seria mejor|is better|works better|e melhor|es mejor|melhor|mejor)(?!\w)"
)
# "manhã ou tarde, tanto faz": of the named ones any will do
INDIFFERENT = re.compile(
    r"(?<!\w)(?:tanto faz|indiferente|qualquer (?:um|uma)|me da (?:igual|lo mismo)|da igual|cualquiera|either|"
    r"both work|"
    r"don'?t mind|whichever|os dois|as duas|los dos|las dos)(?!\w)"
)
FOLLOWING = re.compile(r"(?:\s+[^\W\d_]+){1,3}")


class ChoiceReader(ClaimReader):
    def choices(self, line: Line) -> list[Claim]:
        claims = []
        towns = [town for town in places.parse(line.text, self.context, self.language) if _is_titled(town)]
        for question in self.of_type("choice", "bool"):
            if question.is_horizon:
                continue
            readable = self.without_avoided(question, line, line.text)
            found = choices.parse(readable, self.context, self.language, question)
            found = [item for item in found if not any(is_inside(item, town) for town in towns)]
            found = [item for item in found if not self._is_out_of_the_blue(question, item, readable, line)]
            if not found:
                continue
            favoured = self._favoured(found, line) or choices.settled_later(readable, found)
            if favoured and "?" in line.text[favoured.end :] and choices.is_offered_pair(readable, found):
                favoured = None
            chosen = self.claim(question, favoured or (found[-1:] if line.corrects else found)[0], line)
            if not favoured and (
                (line.is_question and choices.is_offered_pair(readable, found))
                or (choices.is_open_alternative(readable, found) and not INDIFFERENT.search(line.folded))
            ):
                self.ambiguous.append(chosen)
            else:
                claims.append(chosen)
            line.unread = blank(line.unread, [(item.start, item.end) for item in found])
        return claims

    def _is_out_of_the_blue(self, question: Question, item: Found, readable: str, line: Line) -> bool:
        """ "u still picking me up at 7": an hour before anything was said or asked about what we sell."""
        begun = self.pending or self.known or line.claimed
        return not begun and item in clock.parse(readable, question.choices)

    def _favoured(self, found: list[Found], line: Line) -> Found | None:
        """ "estuda de manhã, só dá à tarde": the option said to be the only or the better one."""
        favoured = [
            item
            for item in found
            if FAVOUR.search(line.folded[: item.start]) or FAVOUR_AFTER.match(line.folded, item.end)
        ]
        return favoured[0] if favoured else None

    def without_avoided(self, question: Question, line: Line, text: str) -> str:
        """The text without the phrases that answer something else; "{}" takes a few words along."""
        phrases = texts.every(question.avoid)
        plain = tuple(phrase for phrase in phrases if texts.SLOT not in phrase)
        spans = [match.span() for match in phrase_pattern(plain).finditer(line.folded)]
        opening = tuple(phrase.replace(texts.SLOT, "").strip() for phrase in phrases if texts.SLOT in phrase)
        for match in phrase_pattern(opening).finditer(line.folded):
            following = FOLLOWING.match(line.folded, match.end())
            spans.append((match.start(), following.end() if following else match.end()))
        return blank(text, spans)


def is_inside(item: Found, whole: Found) -> bool:
    """ "Cruzes" in "Mogi das Cruzes"."""
    return whole.start <= item.start and item.end <= whole.end and len(whole.quote) > len(item.quote)


def _is_titled(town: Found) -> bool:
    """ "Villa Crespo" is a quarter and no villa; "villa en Crespo" is."""
    return all(word[0].isupper() for word in town.quote.split() if len(word) > 3)
