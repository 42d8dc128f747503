"""What publishing a draft would change: the domain's dialogues, played with the draft and with the published version.

Played by a worker, one dialogue after the other; each is kept, so that nothing is played twice.
"""

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from agent.brains.scripted import ScriptedBrain
from agent.evaluation import dialogues, player, scoring
from agent.evaluation.dialogues import Dialogue
from agent.evaluation.verdicts import faults_of
from agent.models import Playbook, Rehearsal
from agent.playbooks import fingerprint_of
from leads import clock, mishaps, stopping
from leads.models import User

logger = logging.getLogger(__name__)

BUNDLED = Path(__file__).parent / "evaluation" / "bundled"
# A draft on which three workers died kills the fourth as well
MAX_ATTEMPTS = 3
KEPT = ("slots", "stage", "handoff", "reason")


@dataclass(frozen=True)
class Difference:
    """One dialogue whose outcome the draft changes. `faults` are those of the worse side, in keys of slots
    and of what else is expected."""

    id: str
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def is_gain(self) -> bool:
        return len(self.after["faults"]) < len(self.before["faults"])


@dataclass(frozen=True)
class Comparison:
    """`before` and `after` are summaries of `agent.evaluation.scoring`; `before` empty: nothing is published."""

    gains: list[Difference]
    losses: list[Difference]
    right_before: int
    right_after: int
    before: dict[str, Any]
    after: dict[str, Any]


def bundled_dialogues(domain: str) -> list[Dialogue]:
    path = BUNDLED / f"{domain}.jsonl"
    return list(dialogues.read(path)) if path.exists() else []


def rehearse(playbook: Playbook, *, user: User | None = None) -> Rehearsal:
    """The rehearsal of the draft as it is now against what is published now; begun if there is none."""
    fingerprint = fingerprint_of(playbook.draft)
    known = Rehearsal.objects.filter(playbook=playbook, sha256=fingerprint, version=playbook.current)
    # The same draft against the same version gives the same result: a second click plays nothing again
    if same := known.exclude(state=Rehearsal.State.FAILED).first():
        return same
    return Rehearsal.objects.create(
        playbook=playbook,
        draft=playbook.draft,
        sha256=fingerprint,
        version=playbook.current,
        user=user,
        total=len(bundled_dialogues(playbook.domain)),
    )


def play_due() -> int:
    """Play every rehearsal that is owed and that nobody is playing. Answers how many were finished."""
    finished = 0
    while not stopping.is_asked() and (rehearsal := _claim()):
        finished += _play(rehearsal)
    return finished


def compare(rehearsal: Rehearsal) -> Comparison:
    """Of the dialogues played so far, those that one side gets right and the other does not, or less so."""
    changed = [
        Difference(row["id"], row["published"], row["draft"])
        for row in rehearsal.results
        if row["published"] and len(row["published"]["faults"]) != len(row["draft"]["faults"])
    ]
    return Comparison(
        gains=[one for one in changed if one.is_gain],
        losses=[one for one in changed if not one.is_gain],
        right_before=_right(rehearsal, "published"),
        right_after=_right(rehearsal, "draft"),
        before=_summary(rehearsal, "published"),
        after=_summary(rehearsal, "draft"),
    )


def _claim() -> Rehearsal | None:
    now = clock.now()
    with transaction.atomic():
        free = Rehearsal.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), state="pending")
        rehearsal = free.select_for_update(skip_locked=True).order_by("created_at").first()
        if rehearsal is None:
            return None
        # Counted before it is played: a worker that is killed cannot count afterwards
        rehearsal.attempts += 1
        rehearsal.leased_until = now + Rehearsal.LEASE
        if rehearsal.attempts > MAX_ATTEMPTS:
            rehearsal.state, rehearsal.error = Rehearsal.State.FAILED, "workers died"
        rehearsal.save(update_fields=["attempts", "leased_until", "state", "error"])
    return rehearsal


def _play(rehearsal: Rehearsal) -> bool:
    """Whether it came to its end, be it a bad one."""
    played = {row["id"] for row in rehearsal.results}
    try:
        for dialogue in bundled_dialogues(rehearsal.playbook.domain):
            if stopping.is_asked():
                _give_back(rehearsal)
                return False
            if rehearsal.state == Rehearsal.State.PENDING and dialogue.id not in played:
                _keep(rehearsal, _both_sides(rehearsal, dialogue))
    except Exception as error:  # noqa: BLE001 - a draft may hold what breaks the engine: that is what a rehearsal is for
        logger.error("rehearsal broke", extra={"rehearsal": rehearsal.pk, **mishaps.facts_of(error)})
        rehearsal.state, rehearsal.error = Rehearsal.State.FAILED, f"{type(error).__name__}: {error}"[:300]
    if rehearsal.state == Rehearsal.State.PENDING:
        rehearsal.state = Rehearsal.State.DONE
    rehearsal.save(update_fields=["state", "error"])
    return True


def _give_back(rehearsal: Rehearsal) -> None:
    """What is played is kept: another worker goes on from there, and this one did not die."""
    rehearsal.attempts, rehearsal.leased_until = rehearsal.attempts - 1, None
    rehearsal.save(update_fields=["attempts", "leased_until"])


def _both_sides(rehearsal: Rehearsal, dialogue: Dialogue) -> dict[str, Any]:
    version = rehearsal.version
    return {
        "id": dialogue.id,
        "draft": _facts(dialogue, rehearsal.draft),
        "published": None if version is None else _facts(dialogue, version.snapshot),
    }


def _facts(dialogue: Dialogue, snapshot: dict[str, Any]) -> dict[str, Any]:
    # Without the model: it costs money, and answers differently from one time to the next
    run = player.play(dialogue, snapshot, ScriptedBrain())
    facts = asdict(run)
    return {name: facts[name] for name in KEPT} | {"faults": faults_of(dialogue, run)}


def _keep(rehearsal: Rehearsal, result: dict[str, Any]) -> None:
    rehearsal.results = [*rehearsal.results, result]
    # Renewed with every dialogue: a lease for the whole would have to outlast the longest rehearsal
    rehearsal.leased_until = clock.now() + Rehearsal.LEASE
    rehearsal.save(update_fields=["results", "leased_until"])


def _right(rehearsal: Rehearsal, side: str) -> int:
    return sum(1 for row in rehearsal.results if row[side] and not row[side]["faults"])


def _summary(rehearsal: Rehearsal, side: str) -> dict[str, Any]:
    expected = {dialogue.id: dialogue for dialogue in bundled_dialogues(rehearsal.playbook.domain)}
    played = [
        (expected[row["id"]], player.Run(row["id"], **{name: row[side][name] for name in KEPT}))
        for row in rehearsal.results
        if row[side] and row["id"] in expected
    ]
    return scoring.summary(played) if played else {}
