"""What every reader of claims shares: the playbook's questions, the turn's circumstances, how a claim is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.brains.protocol import Context, Playbook, Question, SlotValue
from agent.brains.scripted_lines import Claim, Line
from agent.parsers import texts
from agent.parsers.found import BLANK, Found, phrase_pattern


@dataclass
class ClaimReader:
    """Reads one line after another for one turn; ambiguous alternatives are kept aside."""

    playbook: Playbook
    context: Context
    language: str
    pending: str | None
    known: Mapping[str, SlotValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ambiguous: list[Claim] = []
        self.amounts = {
            q.key: self.known[q.key].value for q in self.of_type("money_range") if q.key in self.known
        }
        self.counted = {q.key: self.known[q.key].value for q in self.of_type("int") if q.key in self.known}

    def of_type(self, *types: str) -> list[Question]:
        return [question for question in self.playbook.questions if question.type in types]

    def has_cue(self, question: Question, line: Line) -> bool:
        return bool(phrase_pattern(texts.every(question.cues)).search(line.folded))

    def claim(self, question: Question, item: Found, line: Line) -> Claim:
        value = item.value
        if question.type == "bool":
            value = value in {True, "true"}
        line.claimed = True
        return Claim(question.key, value, item.quote.replace(BLANK, " ").strip(), line, item.explicit)
