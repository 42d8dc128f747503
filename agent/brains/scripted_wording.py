"""Says things with the playbook's own words: picks a variant, fills in names, never invents a figure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.brains.protocol import Context, Decision, Playbook, Question, SlotValue, State

# Ambulances, not the police: SAMU in Brazil (192), Chile (131) and Peru (106), SAME in Argentina (107)
EMERGENCY_NUMBERS = {
    "BR": "192", "PT": "112", "ES": "112", "IE": "112", "GB": "999", "US": "911", "CA": "911", "MX": "911",
    "AR": "107", "CO": "123", "CL": "131", "PE": "106", "UY": "911", "EC": "911", "AU": "000",
}  # fmt: skip
DEFAULT_EMERGENCY_NUMBER = "112"
LONGEST_BUBBLE = 300


@dataclass(frozen=True)
class Wording:
    """One conversation's voice for one turn. `seed` varies the choice of words, the same turn says the same."""

    playbook: Playbook
    language: str
    country: str
    name: str
    seed: str
    recent: tuple[str, ...] = ()

    def say(self, kind: str, **values: str) -> str:
        """The first variant from the seed on that the client has not just read; empty where none is written."""
        variants = self._variants(kind)
        if not variants:
            return ""
        # Not Python's `hash`, which differs from process to process: a turn thought out anew says the same
        start = _number(self.seed + kind) % len(variants)
        ordered = [self._filled(text, values) for text in (*variants[start:], *variants[:start])]
        return next((text for text in ordered if not self._was_said(text)), ordered[0])

    def knows(self, kind: str) -> bool:
        return bool(self._variants(kind))

    def ask(self, question: Question, times: int) -> str:
        """The wording for the first, the second, the third time; after that the repeats take turns."""
        texts = question.texts.get(self.language) or question.texts.get(self.playbook.default_language) or ()
        if times >= len(texts) > 1:
            times = 1 + (times - 1) % (len(texts) - 1)
        return self._filled(texts[min(times, len(texts) - 1)], {}) if texts else ""

    def why(self, question: Question) -> str:
        return question.why.get(self.language, "")

    def _variants(self, kind: str) -> tuple[str, ...]:
        texts: Mapping[str, tuple[str, ...]] = self.playbook.messages.get(kind, {})
        return texts.get(self.language) or texts.get(self.playbook.default_language) or ()

    def _filled(self, text: str, values: Mapping[str, str]) -> str:
        persona = self.playbook.persona.get(self.language) or next(iter(self.playbook.persona.values()), "")
        known = {
            "persona": persona,
            "company": self.playbook.company,
            "topic": self._fact("topic"),
            "emergency": EMERGENCY_NUMBERS.get(self.country, DEFAULT_EMERGENCY_NUMBER),
            "name": self.name,
            **values,
        }
        if not self.name:
            text = _without_name(text)
        for placeholder, value in known.items():
            text = text.replace("{" + placeholder + "}", value)
        return text

    def _fact(self, key: str) -> str:
        fact: Any = self.playbook.facts.get(key, "")
        return str(fact.get(self.language, "")) if isinstance(fact, Mapping) else str(fact)

    def _was_said(self, text: str) -> bool:
        return any(text in earlier for earlier in self.recent)


def voice(playbook: Playbook, state: State, context: Context, language: str) -> Wording:
    seed = f"{state.turns}:{len(state.slots)}"
    name = first_name(state.slots.get("name"))
    return Wording(playbook, language, context.country, name, seed, state.recent_agent_texts)


def closing_messages(
    playbook: Playbook, decision: Decision, language: str, context: Context, state: State
) -> list[str]:
    """What the client reads when a person takes over, whatever brain decided: no question, no promise of time."""
    if not decision.handoff:
        return []
    wording = voice(playbook, state, context, language)
    kind = f"handoff_{decision.reason}"
    closed = f"{kind}_closed"
    text = wording.say(kind if context.is_open or not wording.knows(closed) else closed)
    return [text] if text else []


def first_name(known: SlotValue | None) -> str:
    """Only a short plain name is spoken back."""
    words = str(known.value).split() if known and known.value else []
    return words[0] if words and words[0].replace("'", "").isalpha() and len(words[0]) <= 20 else ""


def bubbles(*parts: str) -> list[str]:
    """One message where it stays short, else the last part stands alone."""
    spoken = [part.strip() for part in parts if part and part.strip()]
    joined = " ".join(spoken)
    if not spoken or len(joined) <= LONGEST_BUBBLE:
        return [joined] if joined else []
    return [" ".join(spoken[:-1]), spoken[-1]]


def _without_name(text: str) -> str:
    for pattern in (", {name},", ", {name}", "{name}, ", " {name}", "{name}"):
        text = text.replace(pattern, "," if pattern.endswith("},") else "")
    return text


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
