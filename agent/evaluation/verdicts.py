"""What one play of a dialogue got wrong, and how often a dialogue that is played again and again is right."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import comb
from typing import Any

from agent.evaluation.dialogues import Dialogue
from agent.evaluation.player import Run
from agent.evaluation.scoring import is_same, plain


@dataclass(frozen=True)
class Verdict:
    """`wrong`: keys of slots, and `stage`, `handoff` or `reason`. `said`: sentences' patterns that are forbidden."""

    wrong: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.wrong and not self.said


def judge(dialogue: Dialogue, run: Run) -> Verdict:
    return Verdict(faults_of(dialogue, run), forbidden_in(dialogue, run))


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
    """The patterns that the dialogue forbids and the agent said; `must_not_say_final` after the last burst alone."""
    last = len(dialogue.bursts) - 1
    found = []
    for message in run.agent_messages:
        patterns = list(dialogue.expected.get("must_not_say", []))
        if message["after_burst"] >= last:
            patterns += dialogue.expected.get("must_not_say_final", [])
        found += [pattern for pattern in patterns if re.search(pattern, plain(message["text"]))]
    return found


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
