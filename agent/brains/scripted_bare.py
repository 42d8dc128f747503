"""Bare answers: "Rogério", "em Cuiabá", "uma padaria", read by what was asked and by what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent import intents
from agent.brains.protocol import Context, Playbook, Question
from agent.brains.scripted_lines import Claim, Line
from agent.brains.scripted_talk import (
    FILLERS,
    GIBBERISH,
    MASHED,
    REFUSAL,
    SIDE_TALK,
    SPANISH_NO,
    TALK,
    UNSURE,
    is_filler,
    is_remark,
)
from agent.parsers import names, places, texts, yes_no
from agent.parsers.found import BLANK, Found, fold
from agent.parsers.lexicons import common_words, regions, word_set

VERBS = word_set("statement_verbs")
# "arrancaría en agosto": once the month is read, a verb is left that answers nothing.
VERB = re.compile(r"\w{2,}(?:[aei]ria(?:mos|m|n)?|[aei]re|[aei]ndo|amos|emos|imos|aria|eria)")
ADDRESS = re.compile(r"(?P<owner>[a-z][\w.+-]*)@")
SEPARATES = re.compile(r"[\d._+-]+")
WISHED = re.compile(
    r"[,;.]\s*(?:(?:e|y|and|so|entao|entonces) )?(?:eu |i )?(?:quero|queria|gostaria de|preciso(?: d[ea])?|quiero|"
    r"quisiera|necesito|need|want|procuro|busco|looking for)\s+(?=\w{3})"
)
SHORTEST_ECHO = 2
LONGEST_ANSWER = 8


class BareReader:
    """Assigns what no reader understood, the question that was asked first."""

    def __init__(
        self, playbook: Playbook, context: Context, language: str, pending: str | None, known: set[str]
    ) -> None:
        self.playbook = playbook
        self.language = language
        self.context = context
        self.pending = playbook.question(pending) if pending else None
        self.known = known
        self._may_be_names = 0

    def read(self, lines: list[Line]) -> list[Claim]:
        """The surest readings of the whole burst come before the guesses about any of it."""
        claims = [claim for line in lines for claim in self._read_yes_no(line)]
        pieces = [(p, line) for line in lines for p in _pieces(line) if not (line.tainted or is_filler(p))]
        self._may_be_names = sum(self._may_be_name(piece, line) for piece, line in pieces)
        # All pieces pass each attempt before the next: a guess about the first line must not take the slot
        # that the second line fills for certain
        for attempt in (
            self._known_name,
            self._known_place,
            self._pending,
            self._likely_name,
            self._likely_text,
        ):
            left = []
            for piece, line in pieces:
                claim = attempt(piece, line)
                if claim:
                    claims.append(claim)
                    self.known.add(claim.slot)
                else:
                    left.append((piece, line))
            pieces = left
        return claims

    def _known_name(self, piece: str, line: Line) -> Claim | None:
        question = self._open("name")
        if question is None or (self.pending and self.pending.type == "place" and self._is_place(piece)):
            return None
        words = piece.split()
        if not names.is_known(words[0]) or (
            self._is_place(piece) and self._open("place") and self.pending is not question
        ):
            return None
        if (names.is_everyday(words[0]) or line.corrects) and not self._stands_alone(piece, line):
            return None
        return self._claim(question, names.bare(piece, self.context, pending=False), line)

    def _known_place(self, piece: str, line: Line) -> Claim | None:
        question = self._open("place")
        if question is None or self._answers_with_a_name(piece, line):
            return None
        return self._claim(question, places.bare(piece, self.context, pending=False), line)

    def _answers_with_a_name(self, piece: str, line: Line) -> bool:
        """ "Terrell", to who asked for the name: some small town is called so, too."""
        question = self.pending
        if question is None or question.type != "name" or question.key in self.known:
            return False
        is_one_word = len(piece.split()) == 1 and not places.is_famous(piece, self.context)
        return is_one_word and self._may_be_names == 1 and self._may_be_name(piece, line)

    def _may_be_name(self, piece: str, line: Line) -> bool:
        return self._stands_alone(piece, line) and names.bare(piece, self.context, pending=True) is not None

    def _pending(self, piece: str, line: Line) -> Claim | None:
        question = self.pending
        if question is None or question.key in self.known or line.is_question:
            return None
        # "não sei, perto do metrô" still says something about where
        if UNSURE.search(line.folded) or intents.found("side_talk", line.text):
            return self._claim(question, places.described(piece), line) if question.type == "place" else None
        strange = not names.is_known(piece.split()[0])
        # "4 bed house, tin roof": two small words beside what was understood are more of the same
        more = line.claimed and piece.islower() and " " in piece
        if question.type == "name" and strange and (line.corrects or more or MASHED.search(fold(piece))):
            return None
        if question.type == "name" and self._stands_alone(piece, line) and not self._looks_like_talk(piece):
            return self._claim(question, names.bare(piece, self.context, pending=True), line)
        if question.type == "place" and not self._looks_like_talk(piece):
            written_as_name = piece[:1].isupper() and not line.text.isupper()
            if line.claimed and not written_as_name and not self._is_place(piece):
                return None
            # "ya no renuevan", where a Portuguese reader sees "no" as "in the"
            if self.language == "es" and SPANISH_NO.match(fold(piece)):
                return None
            found = places.bare(piece, self.context, pending=True)
            return self._claim(question, found or places.described(piece), line)
        return self._pending_text(question, piece, line) if question.type == "text" else None

    def _pending_text(self, question: Question, piece: str, line: Line) -> Claim | None:
        whole = line.unread.replace(BLANK, " ").strip()
        answer = texts.segment(piece if line.claimed else _wished(whole))
        if (
            SIDE_TALK.search(fold(answer))
            or REFUSAL.match(fold(answer))
            or is_filler(answer)
            or self._looks_like_talk(answer)
            or len(answer.split()) > LONGEST_ANSWER
        ):
            return None
        if question.proper_noun and (
            VERBS & set(fold(answer).split())
            or is_remark(answer, shouted=line.text.isupper())
            or not self._stands_alone(piece, line)
        ):
            return None
        words = fold(answer).split()
        # What is left of a line that was understood already is mostly its grammar
        if line.claimed and (all(word in common_words() for word in words) or VERB.fullmatch(words[0])):
            return None
        return self._claim(question, Found(answer, answer, 0, len(answer), explicit=False), line)

    def _likely_name(self, piece: str, line: Line) -> Claim | None:
        question = self._open("name")
        if question is None or line.corrects or self._likely_owner(piece) is not None:
            return None
        if not self._stands_alone(piece, line):
            return None
        alone = (
            (line.unread.strip(" .!") == piece or self._is_last_sentence(piece, line))
            and self.pending is not None
            and not GIBBERISH.search(fold(piece))
        ) or _is_echoed(piece, line)
        return self._claim(question, names.bare(piece, self.context, pending=False, alone=alone), line)

    def _is_last_sentence(self, piece: str, line: Line) -> bool:
        """ "Based in Swansea. Dilys Morgan": a full stop, then nothing but these words."""
        sentences = re.split(r"[.!]\s+", line.text.strip(" .!"))
        return len(sentences) > 1 and sentences[-1] == piece and list(line.segments()) == [piece]

    def _likely_text(self, piece: str, line: Line) -> Claim | None:
        """A proper noun nobody else wants, such as the name of a company."""
        question = next(
            (q for q in self.playbook.questions if q.proper_noun and q.key not in self.known), None
        )
        words = piece.split()
        capitals = len(words) > 1 and all(word[0].isupper() or not word[0].isalpha() for word in words)
        if question is None or not capitals or piece.isupper() or names.is_known(words[0]):
            return None
        if self._is_place(piece) or not self._stands_alone(piece, line):
            return None
        return self._claim(question, Found(piece, piece, 0, len(piece), False), line)

    def _likely_owner(self, piece: str) -> Question | None:
        """The open question about a proper noun, where it was asked or no name of a person is missing."""
        if names.is_known(piece.split()[0]):
            return None
        owner = next((q for q in self.playbook.questions if q.proper_noun and q.key not in self.known), None)
        return owner if owner is self.pending or self._open("name") is None else None

    def _stands_alone(self, piece: str, line: Line) -> bool:
        """A word nobody knows is taken for a name only where it is a sentence of its own."""
        return not line.is_question and line.says_only(piece, FILLERS)

    def _read_yes_no(self, line: Line) -> list[Claim]:
        question = self.pending
        if question is None or question.type != "bool" or question.key in self.known:
            return []
        found = yes_no.parse(line.unread, self.context, "")
        return [Claim(question.key, item.value, item.quote, line, False) for item in found]

    def _open(self, kind: str) -> Question | None:
        """The first question of this type that is still unanswered."""
        return next((q for q in self.playbook.questions if q.type == kind and q.key not in self.known), None)

    def _is_place(self, piece: str) -> bool:
        return places.is_known(piece, self.context)

    def _looks_like_talk(self, text: str) -> bool:
        return is_filler(text) or any(intents.found(intent, text) for intent in TALK)

    def _claim(self, question: Question | None, found: Found | None, line: Line) -> Claim | None:
        if question is None or found is None:
            return None
        return Claim(question.key, found.value, found.quote, line, explicit=False)


def _wished(answer: str) -> str:
    """ "estou grávida de 3 meses, quero pré-natal": of several clauses the one that wishes."""
    wishes = [*WISHED.finditer(fold(answer))]
    return answer[wishes[-1].end() :] if wishes else answer


def _is_echoed(piece: str, line: Line) -> bool:
    """ "noreen, noreen.k@muddypaws.example": the address tells that the word is a name."""
    parts = {part for match in ADDRESS.finditer(line.folded) for part in SEPARATES.split(match["owner"])}
    first = fold(piece.split()[0])
    return len(first) > SHORTEST_ECHO and first in parts and first not in common_words()


def _pieces(line: Line) -> list[str]:
    """ "Kemi, Kemi Adeyemi": the fuller piece says it all."""
    pieces = [*_with_regions(line)]
    return [
        piece for i, piece in enumerate(pieces) if not any(p.startswith(f"{piece} ") for p in pieces[i + 1 :])
    ]


def _with_regions(line: Line) -> Iterator[str]:
    """The line's pieces; "Athens, Georgia" is one piece."""
    held = ""
    for piece in line.segments():
        joined = f"{held}, {piece}"
        if held and fold(piece) in regions() and joined in line.text:
            held = joined
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held
