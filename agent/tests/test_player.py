"""Dialogues in which staff acts first."""

import json

import pytest

from agent.brains.scripted import ScriptedBrain
from agent.evaluation import dialogues, player
from agent.playbook_library import load_library

pytestmark = pytest.mark.django_db
CONTEXT = {
    "country": "BR",
    "currency": "BRL",
    "timezone": "America/Sao_Paulo",
    "reference_datetime": "2026-03-10T14:00:00-03:00",
}


def played(tmp_path, *turns):
    record = {"id": "first", "domain": "cars", "context": CONTEXT, "turns": list(turns)}
    file = tmp_path / "dialogues.jsonl"
    file.write_text(json.dumps(record), "utf-8")
    dialogue = next(dialogues.read(file))
    return player.play(dialogue, load_library("cars"), ScriptedBrain())


def event(kind: str) -> list[dict]:
    return [{"type": "event", "event": kind, "text": "Oi, aqui é o Carlos"}]


@pytest.mark.parametrize("kind", ["human_reply", "handoff_done"])
def test_play_begun_by_staff_the_agent_is_silent(tmp_path, kind):
    run = played(tmp_path, event(kind), ["oi, tem Onix?"])

    assert run.agent_messages == []
    assert not run.handoff


def test_play_begun_by_staff_and_returned_the_agent_answers(tmp_path):
    run = played(tmp_path, event("handoff_done"), event("returned_to_agent"), ["quero um HB20 até 60 mil"])

    assert run.slots["model"] == "HB20"
    assert run.agent_messages
