"""Claims about figures: days, horizons, head counts and amounts of money."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent import intents, stages
from agent.brains.protocol import Question
from agent.brains.scripted_lines import SCALE_ALONE, Claim, Line
from agent.brains.scripted_reading import ClaimReader
from agent.parsers import choices, dates, horizons, integers, money, spoken_money, texts
from agent.parsers.found import Found, phrase_pattern
from agent.parsers.money import is_price

NEARBY = re.compile(
    r"\s*(?:(?:de|do|da|del|d|of|for|as|in|e|é|es|is|com|con|with|uns|unos|about|una?|the|a|:|=)\s+){0,2}"
)
FOR = re.compile(r"(?<!\w)(?:pra|para|pro|for|a)\s+$")
# No other noun follows: "5 pessoas na fila" counts something else.
ENDS_THERE = re.compile(r"\s*(?:[,.;!)]|$|(?:rs|please|por favor|mesmo|ok)(?!\w))")
# Smaller bare numbers are mostly rooms, people, days
SMALLEST_BARE_AMOUNT = 100
SMALLEST_IN_THOUSANDS = 10
THOUSAND, MILLION = 1_000, 1_000_000
# A corrected amount is seldom further from the first one than this.
FARTHEST = 3


class FigureReader(ClaimReader):
    def dates(self, line: Line) -> list[Claim]:
        claims = []
        found = dates.parse(line.unread, self.context, self.language)
        for question in self.of_type("date"):
            if found and (
                not question.needs_cue or question.key == self.pending or self.has_cue(question, line)
            ):
                # A correction comes last: "dia 10, quer dizer, dia 12"
                chosen = found[-1] if line.corrects else self._nearest(question, found, line)
                claims.append(self.claim(question, chosen, line))
                line.take(chosen)
        return claims

    def _nearest(self, question: Question, found: list[Found], line: Line) -> Found:
        """ "hoje pagamos caro, renovamos em 01/06": of two days the one right after the cue."""
        cues = [match.end() for match in phrase_pattern(texts.every(question.cues)).finditer(line.folded)]
        if not question.needs_cue or not cues:
            return found[0]
        return min(found, key=lambda item: min(abs(item.start - end) for end in cues))

    def horizons(self, line: Line) -> list[Claim]:
        claims = []
        for question in self.playbook.questions:
            if question.is_horizon:
                found = choices.parse(line.unread, self.context, self.language, question)
                found = found or self._dates_as_horizon(line, question)
                # The last, for plans are narrowed while they are written: "este ano, lá pra agosto"
                claims += [self.claim(question, item, line) for item in found[-1:]]
                for item in found:
                    line.take(item)
        return claims

    def _dates_as_horizon(self, line: Line, question: Question) -> list[Found]:
        """A day says how far ahead only where no slot wants the day itself."""
        if self.of_type("date") or not re.search(
            r"\b(?:ate|hasta|by|before|antes|dia|start|mud\w+|comec\w+|mov(?:e|ing)|empez\w+|empiez\w+|ingres\w+)\b",
            line.folded,
        ):
            return []
        found = dates.parse(line.unread, self.context, self.language)
        return [
            replace(
                item, value=horizons.bucket(question.choices, horizons.days_until(item.value, self.context))
            )
            for item in found
        ]

    def counts(self, line: Line) -> list[Claim]:
        claims = []
        for question in self.of_type("int"):
            found = integers.parse(line.unread, self.context, self.language, question)
            # "prefiero que me llame una persona" counts nobody
            if found and intents.found("ask_human", line.text):
                found = [item for item in found if item.value != 1]
            explicit = [item for item in found if item.explicit]
            explicit += [item for item in found if explicit and self._replaces(explicit[-1], item, line)]
            wanted = explicit or [
                item
                for item in found
                if (question.key == self.pending and self._answers_alone(line))
                or self._corrects_known(question, item, line)
            ]
            if wanted:
                chosen = wanted[-1] if line.corrects else wanted[0]
                corrects = self._corrects_known(question, chosen, line)
                claims.append(
                    self.claim(question, replace(chosen, explicit=chosen.explicit or corrects), line)
                )
                self.counted[question.key] = chosen.value
                claims += self._for_whom(chosen, line)
            # The ones not chosen too: the money reader would find an amount in what is left of "3 quartos"
            for item in explicit or wanted:
                line.take(item)
        return claims

    def _for_whom(self, people: Found, line: Line) -> list[Claim]:
        """ "plano de saúde pra mim e meus 2 filhos" tells how many, and also whom to insure."""
        if not FOR.search(line.folded[: people.start]):
            return []
        open_ones = [q for q in self.of_type("text") if q.key not in self.known and not q.needs_cue]
        return [
            self.claim(question, replace(people, value=people.quote), line)
            for question in open_ones
            if texts.known(people.quote, self.language, question)
        ]

    def _corrects_known(self, question: Question, item: Found, line: Line) -> bool:
        """ "perdón, 80": a bare number after a word of correction, of the size of the count already known."""
        known = self.counted.get(question.key)
        if known is None or money.has_mark(line.unread) or not line.corrects_before(item.start):
            return False
        if not ENDS_THERE.match(line.folded[item.end :]):
            return False
        return bool(item.value != known and known / FARTHEST <= item.value <= known * FARTHEST)

    def _replaces(self, first: Found, item: Found, line: Line) -> bool:
        """A bare number right after a word of correction, of the size of the count it corrects."""
        alone = ENDS_THERE.match(line.folded[item.end :])
        likely = not item.explicit and first.end <= item.start and item.value <= 10 * max(first.value, 1)
        return bool(alone) and likely and line.corrects_at(item.start)

    def _answers_alone(self, line: Line) -> bool:
        """A bare number answers the question only when it is about all the line says."""
        return len(re.findall(r"[^\W\d_]{2,}", line.unread)) <= 4 and not money.has_mark(line.unread)

    def money(self, line: Line) -> list[Claim]:
        claims = []
        questions = self.of_type("money_range")
        found = money.parse(line.unread, self.context, self.language)
        if any(question.key == self.pending for question in questions) and not money.has_mark(line.unread):
            spoken = spoken_money.asked(line.unread, self.context)
            found = (
                [spoken]
                if spoken
                else [item for item in found if not spoken_money.is_misread(line.unread, item)]
            )
        for item in found:
            question = self._money_question(questions, line)
            item = self._in_scale(question, item, line) if question else item
            if question and self._is_amount_for(question, item, line):
                claims.append(self.claim(question, item, line))
                self.amounts[question.key] = item.value
            if item.explicit:
                line.take(item)
        return claims

    def _in_scale(self, question: Question, item: Found, line: Line) -> Found:
        """ "uns 400 mil", then "na verdade 450"; "uns 900", then "mil": both messages are one amount."""
        known = self.amounts.get(question.key)
        if known is None:
            return item
        alone = SCALE_ALONE.fullmatch(line.folded.strip(" .!"))
        if alone:
            scale = MILLION if alone["scale"].startswith("mi") and alone["scale"] != "mil" else THOUSAND
            already = _top(known) >= scale and _top(known) % scale == 0
            return replace(item, value=known if already else _times(known, scale))
        if item.explicit or not line.corrects_before(item.start):
            return item
        # From the smallest: 450 after "uns 400" is no correction to 450 thousand
        for scale in (1, THOUSAND, MILLION):
            if _top(known) / FARTHEST <= _top(item.value) * scale <= _top(known) * FARTHEST:
                value = _times(item.value, scale)
                return replace(item, value=_bounded_like(known, value), explicit=True)
        return item

    def _money_question(self, questions: list[Question], line: Line) -> Question | None:
        cued = [question for question in questions if self.has_cue(question, line)]
        return next(iter(cued or questions), None)

    def _is_amount_for(self, question: Question, item: Found, line: Line) -> bool:
        if self._avoided(question, item, line.folded):
            return False
        # "thousand" by itself scales an amount that we did not understand
        if question.key not in {self.pending, *self.amounts} and SCALE_ALONE.fullmatch(
            line.folded.strip(" .!")
        ):
            return False
        if item.explicit:
            return True
        amount = item.value["max"] or item.value["min"]
        bounded = item.value["min"] != item.value["max"]
        if question.key == self.pending:
            in_thousands = self._may_be_in_thousands(question) and amount >= SMALLEST_IN_THOUSANDS
            bounded = bounded and amount >= SMALLEST_IN_THOUSANDS
            return amount >= SMALLEST_BARE_AMOUNT or bounded or (in_thousands and self._answers_alone(line))
        return amount >= SMALLEST_BARE_AMOUNT and (
            bounded or self.has_cue(question, line) or is_price(line.folded, item)
        )

    def _may_be_in_thousands(self, question: Question) -> bool:
        """ "99" is 99 thousand for a flat to buy, and no rent of anybody's."""
        rules = [rule for rule in question.least_if if rule.slot in self.known]
        return question.least is not None and all(stages.holds(rule, self.known) for rule in rules)

    def _avoided(self, question: Question, item: Found, folded: str) -> bool:
        """ "80 mil de entrada": a word of the question's `avoid` right beside the amount."""
        for match in phrase_pattern(texts.every(question.avoid)).finditer(folded):
            gap = (
                folded[item.end : match.start()]
                if match.start() >= item.end
                else folded[match.end() : item.start]
            )
            if not (match.start() < item.end and item.start < match.end()) and NEARBY.fullmatch(gap):
                return True
        return False


def _top(amount: Mapping[str, Any]) -> float:
    return float(amount["max"] or amount["min"])


def _times(amount: Mapping[str, Any], scale: int) -> dict[str, Any]:
    return {end: None if value is None else value * scale for end, value in amount.items()}


def _bounded_like(known: Mapping[str, Any], amount: dict[str, Any]) -> dict[str, Any]:
    """ "até 400 mil", then "na verdade 450": still a ceiling."""
    if amount["min"] != amount["max"]:
        return amount
    return {end: None if known[end] is None else amount[end] for end in amount}
