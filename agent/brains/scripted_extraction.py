"""From a burst to slot updates: explicit claims, then bare answers, then one value for each slot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from agent import stages
from agent.brains.protocol import Question, Rejected, SlotUpdate, TurnInput
from agent.brains.scripted_asked import AskedReader
from agent.brains.scripted_bare import BareReader
from agent.brains.scripted_claims import Reader
from agent.brains.scripted_lines import Claim, Line, lines_of
from agent.brains.scripted_talk import FILLERS
from agent.parsers import choices
from agent.parsers.found import BLANK, fold

LONGEST_TEXT = 120
# "350" is short for thousands, "1200" is an amount in full
SMALLEST_UNSCALED = 1000
# Who writes the currency means the figure as it stands
CURRENCY = re.compile(r"[$€£]|(?<!\w)(?:reais|real|pesos|dolares|dollars|euros|pounds|soles)(?!\w)")
MONTHLY = re.compile(
    r"(?:por|al?|ao|per|/|cada) ?(?:mes|month|mo\b)|pcm|p/m|mensa(?:l|is|lidade)|mensual|monthly|parcela|cuota|instal"
)
# "car" and later "Honda Civic": the second says it all
KINDS = frozenset({"car", "carro", "auto", "coche", "meu carro", "mi carro", "mi auto", "my car"})
# Of figures and options people name several while they make up their mind: the last is the decision
LATEST_WINS = frozenset({"money_range", "int", "choice", "bool", "date", "email", "phone"})


@dataclass(frozen=True)
class Extraction:
    updates: list[SlotUpdate] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    corrected: bool = False

    @property
    def repeats(self) -> bool:
        """Whether the client said again what was known."""
        return any(one.reason == "unchanged" for one in self.rejected)


def extract(turn: TurnInput, language: str) -> Extraction:
    """Never reads the profile name, orders to us, or card numbers; the state's slots are what is known."""
    playbook, state = turn.playbook, turn.state
    lines = lines_of(turn.burst)
    reader = Reader(playbook, turn.context, language, state.pending, state.slots)
    claims = [claim for line in lines for claim in reader.read(line)]
    known = set(state.slots) | {claim.slot for claim in claims}
    # After the explicit readers of all lines: a bare word must not fill what a later line states
    claims += BareReader(playbook, turn.context, language, state.pending, known).read(lines)
    asked = playbook.question(state.pending) if state.pending else None
    if (
        asked
        and not known & {asked.key}
        and not any(claim.slot == asked.key for claim in claims + reader.ambiguous)
    ):
        claims += AskedReader(asked, turn.context, language).read(lines)
    return _settle(turn, [*map(_legible, claims)], [*map(_legible, reader.ambiguous)], language)


def _legible(claim: Claim) -> Claim:
    """What was blanked in the line is no word of the client's, and PostgreSQL cannot store it."""
    value = claim.value.replace(BLANK, " ").strip() if isinstance(claim.value, str) else claim.value
    return replace(claim, value=value, quote=claim.quote.replace(BLANK, " ").strip())


def _settle(turn: TurnInput, claims: list[Claim], ambiguous: list[Claim], language: str) -> Extraction:
    updates: list[SlotUpdate] = []
    rejected = [_rejected(claim, "ambiguous") for claim in ambiguous]
    corrected = False
    for question in turn.playbook.questions:
        own = [
            claim for claim in claims if claim.slot == question.key and not _is_faint(turn, question, claim)
        ]
        if not own:
            updates += _cleared(turn, question, language)
            continue
        update = _update(turn, question, own)
        if _is_unchanged(turn, update):
            rejected.append(Rejected(update.slot, update.value, update.quote, "unchanged"))
            continue
        corrected = corrected or _is_corrected(turn, update)
        updates.append(update)
    return Extraction([*_in_thousands(turn, updates)], rejected, corrected)


def _in_thousands(turn: TurnInput, updates: list[SlotUpdate]) -> Iterable[SlotUpdate]:
    """ "uns 450" for a flat to buy is 450 thousand, also where the wish to buy comes after the amount."""
    slots = turn.state.with_values(updates).slots
    small = {
        question.key: question
        for question in turn.playbook.questions
        if question.least and all(stages.holds(rule, slots) for rule in question.least_if)
    }
    set_now = {update.slot for update in updates}
    for update in updates:
        yield _scaled(update, small.get(update.slot), turn)
    # The amount came in an earlier turn, before we knew that they want to buy and not to rent
    for key in small.keys() & slots.keys() - set_now:
        known = slots[key]
        told = SlotUpdate(key, "set", known.value, known.raw, known.quote, known.seq)
        meant = _scaled(told, small[key], turn)
        if meant is not told:
            yield meant


def _scaled(update: SlotUpdate, question: Question | None, turn: TurnInput) -> SlotUpdate:
    if question is None or question.least is None or not isinstance(update.value, dict):
        return update
    amounts = [amount for amount in update.value.values() if amount is not None]
    before = turn.state.slots.get(update.slot)
    exact = bool(CURRENCY.search(fold(update.quote))) or (
        before is not None and update.seq != before.seq and _is_small(before.value)
    )
    # An instalment or a rent of 450 is 450
    monthly = any(m.seq == update.seq and MONTHLY.search(fold(m.words)) for m in turn.burst)
    likely = _is_small(update.value) and question.least / 1000 <= max(amounts) < question.least
    if exact or monthly or not likely:
        return update
    meant = {end: None if amount is None else amount * 1000 for end, amount in update.value.items()}
    return replace(update, value=meant)


def _is_small(amount: Any) -> bool:
    return all(end is None or end < SMALLEST_UNSCALED for end in amount.values())


def _is_faint(turn: TurnInput, question: Question, claim: Claim) -> bool:
    """An option that is already known is replaced by a correction only; times and plans move more freely."""
    known = question.key in turn.state.slots and question.key != turn.state.pending
    settled = question.type == "choice" and not any(
        choice.hours or choice.max_days for choice in question.choices
    )
    return known and settled and not (claim.explicit and (claim.line.corrects or _is_said_alone(turn, claim)))


def _is_said_alone(turn: TurnInput, claim: Claim) -> bool:
    """ "ok online then": the option and nothing else, where no words of any kind were asked for."""
    asked = turn.playbook.question(turn.state.pending or "")
    free = asked is not None and asked.type in {"text", "place"}
    return not (free or claim.line.is_question) and claim.line.says_only(claim.quote, FILLERS)


def _update(turn: TurnInput, question: Question, claims: list[Claim]) -> SlotUpdate:
    chosen = _chosen(question, claims)
    value: Any = chosen.value
    if question.type == "place":
        value = _joined_places(turn, question, claims)
    elif question.type == "text" and not question.proper_noun:
        value = _joined_words(turn, question, claims)
    elif question.type in {"text", "name"} and not _may_replace(turn, question, chosen):
        value = turn.state.slots[question.key].value
    return SlotUpdate(question.key, "set", value, chosen.quote, chosen.quote, chosen.line.seq)


def _chosen(question: Question, claims: list[Claim]) -> Claim:
    """The latest figure or option counts; of names and words the first, unless the client corrects it."""
    explicit = [claim for claim in claims if claim.explicit] or claims
    corrections = [claim for claim in explicit if claim.line.corrects]
    if question.type in LATEST_WINS:
        return explicit[-1]
    return corrections[-1] if corrections and len(explicit) > 1 else explicit[0]


def _may_replace(turn: TurnInput, question: Question, claim: Claim) -> bool:
    known = turn.state.slots.get(question.key)
    if known is None or claim.line.corrects or turn.state.pending == question.key:
        return True
    return question.type == "name" and claim.explicit and _words(known.value) <= _words(claim.value)


def _joined_words(turn: TurnInput, question: Question, claims: list[Claim]) -> str:
    """What is said later makes the answer fuller ("moto", then "Fan 160") unless the client corrects it."""
    known = turn.state.slots.get(question.key)
    if known is not None and not any(claim.surest or claim.line.corrects for claim in claims):
        return str(known.value)
    joined = _joined_places(turn, question, [claim for claim in claims if claim.explicit] or claims)
    return joined if len(joined) <= LONGEST_TEXT else str(claims[0].value)


def _joined_places(turn: TurnInput, question: Question, claims: list[Claim]) -> str:
    """ "Jardim Europa" and later "Bauru" are one answer; a correction starts anew."""
    known = turn.state.slots.get(question.key)
    parts = [] if known is None else [str(known.value)]
    corrected: Line | None = None
    for claim in claims:
        if claim.line.corrects and claim.line is not corrected:
            parts, corrected = [], claim.line
        if not any(_words(claim.value) <= _words(part) for part in parts):
            parts = [
                part for part in parts if not (_words(part) <= _words(claim.value) or fold(part) in KINDS)
            ]
            parts.append(str(claim.value))
    return ", ".join(parts)


def _is_unchanged(turn: TurnInput, update: SlotUpdate) -> bool:
    known = turn.state.slots.get(update.slot)
    return known is not None and known.value == update.value


def _is_corrected(turn: TurnInput, update: SlotUpdate) -> bool:
    """A fuller answer corrects nothing: "Jardim Europa", then "Jardim Europa, Bauru"."""
    known = turn.state.slots.get(update.slot)
    return known is not None and not (
        isinstance(update.value, str) and _words(known.value) < _words(update.value)
    )


def _cleared(turn: TurnInput, question: Question, language: str) -> Iterable[SlotUpdate]:
    """ "não quero mais apartamento" empties the slot when nothing replaces it."""
    known = turn.state.slots.get(question.key)
    if known is None or question.type != "choice":
        return
    for message in turn.burst:
        # Only the refusal of the very option that is known: "não quero casa" says nothing against the flat
        if known.value in choices.refused(message.words, language, question):
            yield SlotUpdate(question.key, "clear", None, message.words, message.words, message.seq)
            return


def _rejected(claim: Claim, reason: str) -> Rejected:
    return Rejected(claim.slot, claim.value, claim.quote, reason)


def _words(text: Any) -> set[str]:
    return set(re.findall(r"\w+", fold(str(text))))
