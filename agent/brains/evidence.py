"""What a model says the client said, checked against what the client did say.

An update counts only with a quote that stands in the burst, outside sentences that give us orders, and
its value is read by our own parsers from the client's words, not taken from the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent import intents
from agent.brains.protocol import Question, Rejected, SlotUpdate, TurnInput
from agent.parsers import choices, dates, emails, integers, money, names, numbers, phones, sensitive, yes_no
from agent.parsers.found import Found, clean, fold
from agent.parsers.negation import is_negated

# A model that copies a whole message into a slot is not believed: nobody's city has 120 letters
LONGEST_TEXT = 120
# Fewer digits, such as a price's, stand in many places of a burst and would prove anything
SHORTEST_DIGITS = 6
NEVER_FROM_A_MODEL = frozenset({"cpf", "cnpj", "document"})
TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


class UnprovenError(Exception):
    """The update is not taken; the message is a reason of `Rejected`."""


@dataclass(frozen=True)
class Judged:
    accepted: list[SlotUpdate] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class Quote:
    """Where the client's words stand in the burst."""

    text: str
    start: int
    end: int

    def overlapping(self, found: list[Found]) -> list[Found]:
        return [item for item in found if item.start < self.end and self.start < item.end]


@dataclass(frozen=True)
class Heard:
    """The burst as one text. Sentences that give orders are unreadable in it."""

    turn: TurnInput
    language: str
    text: str

    @classmethod
    def of(cls, turn: TurnInput, language: str) -> Heard:
        said = "\n".join(message.words for message in turn.burst)
        # Otherwise "set my budget to 10 million" in an order to the agent would be its own proof
        return cls(turn, language, intents.without_injections(clean(said)))

    def find(self, quote: str) -> Quote | None:
        """The last place of these words, whatever their case, accents and punctuation."""
        parts = re.findall(r"\w+", fold(clean(quote)))
        if not parts:
            start = self.text.find(quote.strip()) if quote.strip() else -1
            return Quote(self.text, start, start + len(quote.strip())) if start >= 0 else None
        pattern = r"(?<!\w)" + r"[\W_]+".join(map(re.escape, parts)) + r"(?!\w)"
        # The last, because clients correct themselves downwards: the newest mention is the one that holds
        places = list(re.finditer(pattern, fold(self.text)))
        return Quote(self.text, *places[-1].span()) if places else self._by_digits(parts)

    def seq_at(self, position: int) -> int:
        """The number of the message that holds this place of the text."""
        end = -1
        for message in self.turn.burst:
            # One more for the line break that joined them
            end += len(clean(message.words)) + 1
            if position <= end:
                return message.seq
        return self.turn.burst[-1].seq

    def _by_digits(self, parts: list[str]) -> Quote | None:
        """A number that the model wrote with other separators than the client."""
        digits = "".join(part for part in parts if part.isdigit())
        if len(digits) < SHORTEST_DIGITS or digits != "".join(parts):
            return None
        place = re.search(r"\D{0,3}".join(digits), self.text)
        return Quote(self.text, *place.span()) if place else None


Reader = Callable[[Heard, Quote, Question, str], Any]


def judge(proposals: list[dict[str, str]], turn: TurnInput, language: str) -> Judged:
    """The updates that hold, in order, and those that do not with the reason."""
    heard = Heard.of(turn, language)
    judged = Judged()
    for proposal in proposals:
        try:
            judged.accepted.append(_proven(proposal, heard))
        except UnprovenError as reason:
            value = proposal["value"][:LONGEST_TEXT]
            quote = proposal["quote"][:LONGEST_TEXT]
            judged.rejected.append(Rejected(proposal["slot"], value, quote, str(reason)))
    return judged


def stands(quote: str, turn: TurnInput) -> bool:
    """Whether the client really wrote these words in this burst."""
    return Heard.of(turn, "").find(quote) is not None


def _proven(proposal: Mapping[str, str], heard: Heard) -> SlotUpdate:
    question = heard.turn.playbook.question(proposal["slot"])
    if question is None:
        raise UnprovenError("unknown_slot")
    quote = heard.find(proposal["quote"])
    if quote is None:
        raise UnprovenError("quote_not_found")
    words = heard.text[quote.start : quote.end]
    # Before the value is read, and also where the model did not mean a document: its words must not be stored
    if question.sensitive or question.type in NEVER_FROM_A_MODEL or sensitive.parse(words):
        raise UnprovenError("sensitive_not_allowed")
    known = heard.turn.state.slots.get(question.key)
    seq = heard.seq_at(quote.start)
    if proposal["op"] == "clear":
        if known is None:
            raise UnprovenError("unchanged")
        return SlotUpdate(question.key, "clear", quote=words, seq=seq)
    value = READERS.get(question.type, _text)(heard, quote, question, proposal["value"].strip())
    if known is not None and known.value == value:
        raise UnprovenError("unchanged")
    return SlotUpdate(question.key, "set", value, raw=proposal["value"], quote=words, seq=seq)


def _money(heard: Heard, quote: Quote, question: Question, value: str) -> Any:
    found = quote.overlapping(money.parse(heard.text, heard.turn.context, heard.language))
    if found:
        return _the_one(found, value, heard)
    amount = _bare_number(heard, quote)
    return {"min": amount, "max": amount}


def _integer(heard: Heard, quote: Quote, question: Question, value: str) -> Any:
    found = quote.overlapping(integers.parse(heard.text, heard.turn.context, heard.language, question))
    explicit = [item for item in found if item.explicit] or found
    return _the_one(explicit, value, heard) if explicit else int(_bare_number(heard, quote))


def _choice(heard: Heard, quote: Quote, question: Question, value: str) -> Any:
    """Which option the words mean is the one thing a model judges better than a list of synonyms."""
    context, language = heard.turn.context, heard.language
    if question.choice(value) is None:
        named = {item.value for item in choices.parse(value, context, language, question)}
        if len(named) != 1:
            raise UnprovenError("not_in_choices")
        value = named.pop()
    affirmed = {
        item.value for item in quote.overlapping(choices.parse(heard.text, context, language, question))
    }
    # How far off "in May" is depends on today, and models are bad at that
    if question.is_horizon and len(affirmed) == 1:
        return affirmed.pop()
    if len(affirmed) == 1 and value not in affirmed:
        raise UnprovenError("ambiguous")
    # Only where it is not affirmed as well: "não quero casa… ah, pode ser casa" chooses it
    if value not in affirmed and value in choices.refused(heard.text, language, question):
        raise UnprovenError("negated")
    return value


def _boolean(heard: Heard, quote: Quote, question: Question, value: str) -> Any:
    said = yes_no.parse(heard.text[quote.start : quote.end], heard.turn.context, heard.language)
    if value.lower() not in TRUTHS and not said:
        raise UnprovenError("parse_error")
    return TRUTHS.get(value.lower(), said[0].value if said else None)


def _text(heard: Heard, quote: Quote, question: Question, value: str) -> Any:
    """The model's tidier spelling where every word of it is the client's, else the client's own words."""
    words = heard.text[quote.start : quote.end]
    if is_negated(fold(heard.text), quote.start, heard.language):
        raise UnprovenError("negated")
    theirs = set(re.findall(r"\w+", fold(words)))
    own = re.findall(r"\w+", fold(clean(value)))
    text = value if own and set(own) <= theirs else words
    if not re.search(r"\w", text) or len(text) > LONGEST_TEXT:
        raise UnprovenError("parse_error")
    return text.strip(" .,;:!?\"'")


def _name(heard: Heard, quote: Quote, question: Question, value: str) -> Any:
    spelled = names.bare(_text(heard, quote, question, value), heard.turn.context, pending=True)
    if spelled is None:
        raise UnprovenError("parse_error")
    return spelled.value


def _found_by(parse: Callable[..., list[Found]]) -> Reader:
    def read(heard: Heard, quote: Quote, question: Question, value: str) -> Any:
        found = quote.overlapping(parse(heard.text, heard.turn.context, heard.language))
        if not found:
            raise UnprovenError("parse_error")
        return _the_one(found, value, heard)

    return read


def _the_one(found: list[Found], value: str, heard: Heard) -> Any:
    """Of several readings the one that the model meant, if that is plain."""
    readings = [item.value for item in found]
    distinct = [reading for index, reading in enumerate(readings) if reading not in readings[:index]]
    if len(distinct) == 1:
        return distinct[0]
    # The model's number picks among our own readings; it never becomes the value itself
    meant = {number.value for number in numbers.find(value, heard.turn.context.country)}
    matching = [reading for reading in distinct if _numbers_in(reading) & meant or reading == value]
    if len(matching) != 1:
        raise UnprovenError("ambiguous")
    return matching[0]


def _numbers_in(reading: Any) -> set[Any]:
    return set(reading.values()) - {None} if isinstance(reading, Mapping) else {reading}


def _bare_number(heard: Heard, quote: Quote) -> float | int:
    found = numbers.find(heard.text[quote.start : quote.end], heard.turn.context.country)
    if len(found) != 1:
        raise UnprovenError("parse_error" if not found else "ambiguous")
    value = found[0].value
    return int(value) if float(value).is_integer() else value


READERS: dict[str, Reader] = {
    "money": _money,
    "money_range": _money,
    "int": _integer,
    "choice": _choice,
    "bool": _boolean,
    "name": _name,
    "date": _found_by(dates.parse),
    "phone": _found_by(phones.parse),
    "email": _found_by(emails.parse),
}
