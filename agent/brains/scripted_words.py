"""Claims in words: contacts, names, companies and known terms."""

from __future__ import annotations

import re
from dataclasses import replace

from agent import intents
from agent.brains.protocol import Question
from agent.brains.scripted_choices import ChoiceReader, is_inside
from agent.brains.scripted_lines import Claim, Line
from agent.brains.scripted_places import PlaceReader
from agent.parsers import emails, names, organisations, phones, places, texts
from agent.parsers.found import Found, fold
from agent.parsers.lexicons import common_words, word_set
from agent.parsers.number_words import UNITS

FILLERS = word_set("fillers")
INDEFINITE = {
    "en": re.compile(r"(?<!\w)(?:an?|another)\s+$"),
    "es": re.compile(r"(?<!\w)una?\s+$"),
    "pt-BR": re.compile(r"(?<!\w)uma?\s+$"),
}
PREPOSITION = re.compile(
    r"(?<!\w)(?:on|in|en|em|na|no|at|da|do|de|from|with|for|pela)\s+(?:(?:a|o|as|os|the|our|la|el|las|los)\s+)?$"
)
WHERE = re.compile(r"(?<!\w)(?:in|em|en|na|no|near|from|moro|live|vivo)\s+$")
# "quiero estudiar algo" names nothing
ANYTHING = frozenset(
    {"algo", "alguma coisa", "alguna cosa", "something", "anything", "qualquer coisa", "cualquier cosa"}
)
VERB_ENDINGS = ("ing", "ando", "endo", "indo", "iendo")
JOINED = re.compile(r"\s*(?:,|/|(?:ou|or|o|e|y|and)(?!\w))\s*(?:an?|uma?|una?|the|o|el|la)?\s*")


class WordReader(PlaceReader, ChoiceReader):
    def contacts(self, line: Line) -> list[Claim]:
        claims = []
        for kind, parser in (("email", emails), ("phone", phones)):
            found = parser.parse(line.unread, self.context, self.language)
            claims += [
                self.claim(question, item, line) for question in self.of_type(kind) for item in found[-1:]
            ]
            for item in found:
                line.take(item)
        return claims

    def organisations(self, line: Line) -> list[Claim]:
        claims = []
        for question in self.playbook.questions:
            found = organisations.parse(line.unread) if question.proper_noun else []
            claims += [replace(self.claim(question, item, line), surest=True) for item in found[:1]]
            for item in found:
                line.take(item)
        return claims

    def names(self, line: Line) -> list[Claim]:
        introduced = [
            self._without_town(item) for item in names.parse(line.unread, self.context, self.language)
        ]
        found = introduced or self._full_names(line)
        claims = [self.claim(question, item, line) for question in self.of_type("name") for item in found[:1]]
        for item in found:
            line.take(item)
        return claims

    def _without_town(self, name: Found) -> Found:
        """ "soy Brayan de Soacha" tells the town as well, where it is still wanted."""
        given, _, town = name.quote.partition(" de ")
        wanted = any(question.key not in self.known for question in self.of_type("place"))
        if " " in given or not (town and wanted and places.is_known(town, self.context)):
            return name
        return replace(name, value=given, quote=given, end=name.start + len(given))

    def _full_names(self, line: Line) -> list[Found]:
        """A piece that is a whole name, given name known: its surnames are not searched for towns."""
        found = []
        for piece in line.segments():
            name = names.bare(piece, self.context, pending=False)
            if name and places.is_known(name.quote, self.context) and self.of_type("place"):
                continue
            first = name.quote.split()[0] if name else ""
            if names.is_everyday(first) and not line.says_only(piece, FILLERS):
                continue
            if name and " " in name.quote and names.is_known(first):
                start = line.unread.find(name.quote)
                found.append(replace(name, start=start, end=start + len(name.quote), explicit=False))
        return [] if line.is_question else found

    def terms(self, line: Line) -> list[Claim]:
        """Known words; where two questions want the same ones, the longer reading wins ("diretor de vendas").

        Questions that need a cue choose first: "tenho um Gol" is the trade-in, not the wish.
        """
        towns = self.towns(line)
        offers = [
            (not question.needs_cue, item.start - item.end, index, question, item)
            for index, question in enumerate(self.of_type("text"))
            for item in self._known_words(question, line)
            if not self._is_where(question, item, line) and not any(is_inside(item, town) for town in towns)
        ]
        taken: list[tuple[Question, Found]] = []
        for _, _, _, question, item in sorted(offers, key=lambda offer: offer[:3]):
            if not any(item.overlaps(other) for _, other in taken):
                taken.append((question, item))
        taken += [pair for pair in self._alone(line, towns) if not any(pair[1].overlaps(o) for _, o in taken)]
        taken = [pair for pair in taken if not self._is_given_up(*pair, taken, line)]
        for _, item in taken:
            line.take(item)
        return [
            replace(self.claim(question, item, line), surest=True)
            for question, item in sorted(taken, key=lambda pair: pair[1].start)
        ]

    def _is_given_up(
        self, question: Question, item: Found, taken: list[tuple[Question, Found]], line: Line
    ) -> bool:
        """ "make it a Polo, Golfs are too big": beside something new, the known thing is what is corrected."""
        if not line.corrects or not self._is_known(question, item):
            return False
        new = [o for q, o in taken if q is question and not self._is_known(question, o)]
        return bool(new) and not any(_are_joined(line.folded, item, other) for other in new)

    def _is_known(self, question: Question, item: Found) -> bool:
        known = self.known.get(question.key)
        return known is not None and _telling(item.value) <= _telling(str(known.value))

    def _alone(self, line: Line, towns: list[Found]) -> list[tuple[Question, Found]]:
        """ "planilha mesmo": a word that only one question knows needs no cue where nothing else is said."""
        return [
            (question, item)
            for question in self.of_type("text")
            if question.needs_cue and question.key not in self.known
            for item in texts.known(line.unread, self.language, replace(question, needs_cue=False))
            if line.says_only(item.quote, FILLERS) and not any(is_inside(item, town) for town in towns)
        ]

    def _known_words(self, question: Question, line: Line) -> list[Found]:
        # Where nothing announces the answer, "contando al jefe" would give a role
        text = line.unread if question.cues else self.without_avoided(question, line, line.unread)
        found = texts.known(text, self.language, question)
        if not question.whole:
            return found
        phrases = texts.announced(line.unread, question)
        return [next((p for p in phrases if is_inside(item, p)), item) for item in found]

    def _is_where(self, question: Question, item: Found, line: Line) -> bool:
        """ "over in Tucson" is the city, not the Hyundai; so is "Tucson" once only the city is missing."""
        asked = self.playbook.question(self.pending) if self.pending else None
        city_is_due = asked is not None and asked.type == "place" and question.key in self.known
        return (city_is_due or bool(WHERE.search(line.folded[: item.start]))) and places.is_known(
            item.quote, self.context
        )

    def announced(self, line: Line) -> list[Claim]:
        """Words after a cue, for text questions that no known term has answered on this line."""
        claims = []
        for question in self.of_type("text"):
            text = self.without_avoided(question, line, line.unread)
            found = texts.announced(text, question) if question.cues else []
            if question.proper_noun:
                found = [item for item in found if self._is_proper(item, line)]
            elif question.needs_cue:
                found = [item for item in found if set(fold(item.value).split()) - common_words()]
            found = [
                item for item in found if not _is_side_talk(item, line) and fold(item.value) not in ANYTHING
            ]
            if found and not self._has_terms(question, line):
                claims.append(self.claim(question, found[0], line))
                line.take(found[0])
        return claims

    def _is_proper(self, item: Found, line: Line) -> bool:
        """Where the client uses capitals, a proper noun has one; elsewhere it is no everyday word or verb."""
        mixed = not (line.text.isupper() or line.text.islower()) and any(c.isupper() for c in line.text[1:])
        if places.is_known(item.value, self.context) or names.is_known(item.value.split()[0]):
            return False
        weakly = bool(PREPOSITION.search(fold(line.unread[: item.start])))
        indefinite = INDEFINITE.get(self.language)
        if indefinite and indefinite.search(fold(line.unread[: item.start])):
            return False
        if mixed and fold(item.value.split()[0]) in UNITS:
            return False
        if mixed or weakly:
            return mixed and (item.value[:1].isupper() or item.value[:1].isdigit())
        first = fold(item.value.split()[0])
        straight = len(line.unread[: item.start].split()) and not PREPOSITION.search(
            fold(line.unread[: item.start])
        )
        return bool(straight) and first not in common_words() and not first.endswith(VERB_ENDINGS)

    def _has_terms(self, question: Question, line: Line) -> bool:
        return bool(texts.known(line.text, self.language, question))


def _is_side_talk(item: Found, line: Line) -> bool:
    """ "vi o anúncio no Instagram" announces nothing."""
    beside = " ".join(intents.found("side_talk", line.text))
    return bool(beside) and bool(set(fold(item.value).split()) & set(beside.split()) - FILLERS)


def _telling(text: str) -> set[str]:
    words = set(re.findall(r"\w+", fold(text)))
    return words - common_words() or words


def _are_joined(folded: str, one: Found, other: Found) -> bool:
    """ "um Golf ou um Polo"."""
    first, second = sorted((one, other), key=lambda item: item.start)
    return bool(JOINED.fullmatch(folded[first.end : second.start]))
