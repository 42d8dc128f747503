"""What one play of a dialogue got wrong, and how often a dialogue that is played again and again is right."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import comb, inf
from typing import Any

from agent.evaluation.dialogues import Dialogue
from agent.evaluation.player import Run
from agent.evaluation.scoring import is_same, plain

BUBBLES_OF_A_REPLY = 2
# A sentence with one of these promises nothing. Read with its accents: "sí" says yes where "si" says if.
DENIALS = {
    language: frozenset(words.split())
    for language, words in {
        "pt": "não nao nunca jamais nem sem se caso",
        "es": "no nunca jamás jamas tampoco ni sin si",
        "en": "no not never nor cannot unable without unless until if whether once",
    }.items()
}
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Verdict:
    """`wrong`: keys of slots, and `stage`, `handoff` or `reason`. `said`: sentences' patterns that are forbidden.
    `broken`: names of the limits that the dialogue sets and the agent did not keep."""

    wrong: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.wrong and not self.said and not self.broken


def judge(dialogue: Dialogue, run: Run) -> Verdict:
    return Verdict(faults_of(dialogue, run), forbidden_in(dialogue, run), broken_by(dialogue, run))


def faults_of(dialogue: Dialogue, run: Run) -> list[str]:
    """What went otherwise than expected: keys of slots, and `stage`, `handoff` or `reason`."""
    expected = dialogue.expected
    wrong = [key for key, value in expected["slots"].items() if not is_same(value, run.slots.get(key))]
    allowed = {*expected["slots"], *expected.get("slots_lenient", [])}
    wrong += [key for key, value in run.slots.items() if value is not None and key not in allowed]
    for name, found in (("final_stage", run.stage), ("handoff", run.handoff), ("handoff_reason", run.reason)):
        if expected.get(name) != found:
            wrong.append(name.removeprefix("final_").removeprefix("handoff_"))
    return wrong


def forbidden_in(dialogue: Dialogue, run: Run) -> list[str]:
    """The patterns that the dialogue forbids and the agent said: `must_not_say` anywhere, `must_not_say_final`
    after the last burst alone, `must_not_assert` in any sentence that does not deny or only suppose it.
    """
    expected, last = dialogue.expected, len(dialogue.bursts) - 1
    language = expected.get("reply_language") or dialogue.language
    found = []
    for message in run.agent_messages:
        patterns = list(expected.get("must_not_say", []))
        if message["after_burst"] >= last:
            patterns += expected.get("must_not_say_final", [])
        found += _matching(patterns, message["text"])
        for sentence in _assertions(message["text"], language):
            found += _matching(expected.get("must_not_assert", []), sentence)
    return found


def broken_by(dialogue: Dialogue, run: Run) -> list[str]:
    """The limits that the dialogue sets and the run did not keep, by their names in the file."""
    expected, said = dialogue.expected, run.agent_messages
    wanted, silencer = expected.get("must_say_any"), expected.get("silent_after_event")
    per_burst = Counter(message["after_burst"] for message in said)
    most_at_once = expected.get("max_replies_per_burst", inf) + BUBBLES_OF_A_REPLY - 1
    is_kept = {
        "must_say_any": not wanted or any(_matching(wanted, message["text"]) for message in said),
        "must_not_store": not _matching(expected.get("must_not_store", []), run.stored_text),
        "max_replies_per_burst": max(per_burst.values(), default=0) <= most_at_once,
        "max_agent_messages": len(said) <= expected.get("max_agent_messages", inf),
        "silent_after_event": not silencer or all(one.get("after_event") != silencer for one in said),
    }
    return [name for name, kept in is_kept.items() if not kept]


def _matching(patterns: Iterable[str], text: str) -> list[str]:
    folded = plain(text)
    return [pattern for pattern in patterns if re.search(pattern, folded)]


def _assertions(text: str, language: str) -> Iterator[str]:
    """The sentences that neither deny nor suppose anything."""
    denials = DENIALS.get(language[:2], frozenset())
    for sentence in SENTENCE_END.split(text):
        words = re.findall(r"[\w']+", sentence.lower().replace("’", "'"))
        if not any(word in denials or word.endswith("n't") for word in words):
            yield sentence


def pass_rates(played: Iterable[tuple[Dialogue, Run]]) -> dict[str, Any]:
    """`success`, the share of plays that are right, and `pass_hat` by k: the chance that k plays of one
    dialogue are all right, as the mean over the dialogues (pass^k of tau-bench, arXiv 2406.12045).
    """
    rights: dict[str, list[bool]] = defaultdict(list)
    for dialogue, run in played:
        if dialogue.expected and not run.infra_error:
            rights[dialogue.id].append(judge(dialogue, run).is_right)
    most = max(map(len, rights.values()), default=0)
    hats = {str(k): _mean_chance(rights.values(), k) for k in range(1, most + 1)}
    return {"success": hats.get("1"), "pass_hat": hats}


def _mean_chance(trials: Iterable[list[bool]], k: int) -> float:
    chances = [comb(sum(one), k) / comb(len(one), k) for one in trials if len(one) >= k]
    return round(sum(chances) / len(chances), 4)


def by_domain(played: Iterable[tuple[Dialogue, Run]]) -> list[dict[str, Any]]:
    """Rows of `domain, runs, right`, in the order of the file."""
    rows: dict[str, dict[str, Any]] = {}
    for dialogue, run in played:
        row = rows.setdefault(dialogue.domain, {"domain": dialogue.domain, "runs": 0, "right": 0})
        row["runs"] += 1
        row["right"] += judge(dialogue, run).is_right
    return list(rows.values())
