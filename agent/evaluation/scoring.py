"""Compares runs with what a dialogue expects, where it expects anything."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from agent.evaluation.dialogues import Dialogue
from agent.evaluation.player import Run

# Between "1.3 milhão" and 1,299,000 no consultant sees a difference
TOLERANCE = 0.01


def summary(played: Iterable[tuple[Dialogue, Run]]) -> dict[str, Any]:
    """Slot precision, recall and F1; stage accuracy; handoff precision and recall; replies and failures."""
    played = [(dialogue, run) for dialogue, run in played if dialogue.expected and not run.infra_error]
    counts: Counter[str] = Counter()
    for dialogue, run in played:
        counts += _slot_counts(dialogue.expected, run)
        counts += _handoff_counts(dialogue.expected, run)
        counts["stage"] += run.stage == dialogue.expected.get("final_stage")
        counts["reason"] += run.reason == dialogue.expected.get("handoff_reason")
    return {
        "dialogues": len(played),
        "slot_precision": _ratio(counts["tp"], counts["tp"] + counts["fp"]),
        "slot_recall": _ratio(counts["tp"], counts["tp"] + counts["fn"]),
        "slot_f1": _ratio(2 * counts["tp"], 2 * counts["tp"] + counts["fp"] + counts["fn"]),
        "stage_accuracy": _ratio(counts["stage"], len(played)),
        "reason_accuracy": _ratio(counts["reason"], len(played)),
        "handoff_precision": _ratio(counts["handed_right"], counts["handed"]),
        "handoff_recall": _ratio(counts["handed_right"], counts["to_hand"]),
    }


def is_same(expected: Any, found: Any) -> bool:
    """Money within one per cent, texts by their words in any order, everything else exactly.

    `{"any_of": […]}` accepts one of several.
    """
    if isinstance(expected, Mapping) and "any_of" in expected:
        return any(is_same(variant, found) for variant in expected["any_of"])
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            _near(expected.get(end), found.get(end)) for end in ("min", "max")
        )
    if isinstance(expected, str) and isinstance(found, str):
        return words_of(expected) <= words_of(found)
    return expected == found


def words_of(text: str) -> set[str]:
    """Lower-case words without accents."""
    return set("".join(" " if not character.isalnum() else character for character in plain(text)).split())


def plain(text: str) -> str:
    """In lower case and without accents."""
    apart = unicodedata.normalize("NFKD", text).lower()
    return "".join(character for character in apart if not unicodedata.combining(character))


def _near(expected: float | None, found: float | None) -> bool:
    if expected is None or found is None:
        return expected is found
    return abs(expected - found) <= TOLERANCE * max(1, abs(expected))


def _slot_counts(expected: Mapping[str, Any], run: Run) -> Counter[str]:
    right = {key for key, value in expected["slots"].items() if is_same(value, run.slots.get(key))}
    lenient = set(expected.get("slots_lenient", []))
    wrong = {key for key, value in run.slots.items() if value is not None} - right
    extra = {key for key in wrong if key in expected["slots"] or key not in lenient}
    return Counter(tp=len(right), fp=len(extra), fn=len(expected["slots"]) - len(right))


def _handoff_counts(expected: Mapping[str, Any], run: Run) -> Counter[str]:
    wanted = bool(expected.get("handoff"))
    return Counter(handed=int(run.handoff), to_hand=int(wanted), handed_right=int(run.handoff and wanted))


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
