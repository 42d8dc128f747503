"""An evaluation as a page that a browser opens from disk: figures, domains, and what went wrong where."""

from typing import Any

from django.template.loader import render_to_string

from agent.evaluation.dialogues import Dialogue
from agent.evaluation.player import Run
from agent.evaluation.verdicts import by_domain, judge


def page_of(title: str, played: list[tuple[Dialogue, Run]], summary: dict[str, Any]) -> str:
    """HTML that needs no other file. Dialogues that expect nothing are left out."""
    judged = [(dialogue, run) for dialogue, run in played if dialogue.expected]
    faulty = [
        {"dialogue": dialogue, "run": run, "verdict": verdict, "slots": _slot_rows(dialogue, run)}
        for dialogue, run in judged
        if not (verdict := judge(dialogue, run)).is_right
    ]
    facts = {"title": title, "summary": summary, "domains": by_domain(judged), "faulty": faulty}
    return render_to_string("agent/evaluation.html", facts)


def _slot_rows(dialogue: Dialogue, run: Run) -> list[dict[str, Any]]:
    """Every slot that was expected or found: `key, expected, found`."""
    expected = dialogue.expected["slots"]
    keys = [*expected, *(key for key in run.slots if key not in expected)]
    return [{"key": key, "expected": expected.get(key), "found": run.slots.get(key)} for key in keys]
