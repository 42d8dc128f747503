"""Claims in words: contacts, names, companies, known terms, choices and places."""

from __future__ import annotations

import re
from dataclasses import replace

from agent import intents
from agent.brains.protocol import Question
from agent.brains.scripted_lines import Claim, Line
from agent.brains.scripted_places import PlaceReader
from agent.parsers import choices, clock, emails, names, organisations, phones, places, texts
from agent.parsers.found import Found, blank, fold, phrase_pattern
from agent.parsers.lexicons import common_words, word_set
from agent.parsers.number_words import UNITS

FILLERS = word_set("fillers")
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
INDEFINITE = {
    "en": re.compile(r"(?<!\w)(?:an?|another)\s+$"),
    "es": re.compile(r"(?<!\w)una?\s+$"),
    "pt-BR": re.compile(r"(?<!\w)uma?\s+$"),
}
FOLLOWING = re.compile(r"(?:\s+[^\W\d_]+){1,3}")
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


class WordReader(PlaceReader):
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
            if not self._is_where(question, item, line) and not any(_is_inside(item, town) for town in towns)
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
            if line.says_only(item.quote, FILLERS) and not any(_is_inside(item, town) for town in towns)
        ]

    def _known_words(self, question: Question, line: Line) -> list[Found]:
        # Where nothing announces the answer, "contando al jefe" would give a role
        text = line.unread if question.cues else self._without_avoided(question, line, line.unread)
        found = texts.known(text, self.language, question)
        if not question.whole:
            return found
        phrases = texts.announced(line.unread, question)
        return [next((p for p in phrases if _is_inside(item, p)), item) for item in found]

    def _is_where(self, question: Question, item: Found, line: Line) -> bool:
        """ "over in Tucson" is the city, not the Hyundai; so is "Tucson" once only the city is missing."""
        asked = self.playbook.question(self.pending) if self.pending else None
        city_is_due = asked is not None and asked.type == "place" and question.key in self.known
        return (city_is_due or bool(WHERE.search(line.folded[: item.start]))) and places.is_known(
            item.quote, self.context
        )

    def choices(self, line: Line) -> list[Claim]:
        claims = []
        towns = [town for town in places.parse(line.text, self.context, self.language) if _is_titled(town)]
        for question in self.of_type("choice", "bool"):
            if question.is_horizon:
                continue
            readable = self._without_avoided(question, line, line.text)
            found = choices.parse(readable, self.context, self.language, question)
            found = [item for item in found if not any(_is_inside(item, town) for town in towns)]
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

    def _without_avoided(self, question: Question, line: Line, text: str) -> str:
        """The text without the phrases that answer something else; "{}" takes a few words along."""
        phrases = texts.every(question.avoid)
        plain = tuple(phrase for phrase in phrases if texts.SLOT not in phrase)
        spans = [match.span() for match in phrase_pattern(plain).finditer(line.folded)]
        opening = tuple(phrase.replace(texts.SLOT, "").strip() for phrase in phrases if texts.SLOT in phrase)
        for match in phrase_pattern(opening).finditer(line.folded):
            following = FOLLOWING.match(line.folded, match.end())
            spans.append((match.start(), following.end() if following else match.end()))
        return blank(text, spans)

    def announced(self, line: Line) -> list[Claim]:
        """Words after a cue, for text questions that no known term has answered on this line."""
        claims = []
        for question in self.of_type("text"):
            text = self._without_avoided(question, line, line.unread)
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


def _is_inside(item: Found, whole: Found) -> bool:
    """ "Cruzes" in "Mogi das Cruzes"."""
    return whole.start <= item.start and item.end <= whole.end and len(whole.quote) > len(item.quote)


def _is_titled(town: Found) -> bool:
    """ "Villa Crespo" is a quarter and no villa; "villa en Crespo" is."""
    return all(word[0].isupper() for word in town.quote.split() if len(word) > 3)
