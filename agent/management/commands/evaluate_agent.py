"""Run a dialogue file through the real engine in virtual time and write a report as JSON."""

import json
import traceback
from argparse import ArgumentParser
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from agent.brain_choice import choose_brain
from agent.brains.protocol import Brain
from agent.brains.scripted import ScriptedBrain
from agent.budget import Unmetered
from agent.endpoint import Endpoint
from agent.evaluation import dialogues, player, scoring, verdicts
from agent.evaluation.page import page_of
from agent.playbook_library import from_definition
from leads.schema import ensure_migrated


class Command(BaseCommand):
    help = "Plays dialogues through the agent's real engine and writes {runs, summary} as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="dialogues, one JSON record a line")
        parser.add_argument("--playbooks", type=Path, required=True, help="slots of each domain, JSON")
        parser.add_argument("--brain", choices=["scripted", "llm"], default="scripted")
        parser.add_argument("--base-url", default="", help="OpenAI-compatible endpoint, for --brain llm")
        parser.add_argument("--model", default="")
        parser.add_argument("--trials", type=int, default=1)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--page", type=Path, help="the same as a page for a browser, HTML")

    def handle(self, **options: Any) -> None:
        ensure_migrated()
        brain = _brain(**{name: options[name] for name in ("brain", "base_url", "model")})
        domains = _read_json(options["playbooks"])["playbooks"]
        played = []
        try:
            for dialogue in dialogues.read(options["file"]):
                snapshot = from_definition(dialogue.domain, domains[dialogue.domain]).to_snapshot()
                for _ in range(options["trials"]):
                    played.append((dialogue, self._play(dialogue, snapshot, brain)))
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"The files cannot be read: {error}") from error
        summary = scoring.summary(played) | verdicts.pass_rates(played)
        report = {"runs": [asdict(run) for _, run in played], "summary": summary}
        options["out"].write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
        if options["page"]:
            title = f"{options['file'].name}, {options['brain']}"
            options["page"].write_text(page_of(title, played, summary), encoding="utf-8")
        for name, value in summary.items():
            self.stdout.write(f"{name:20} {value}")

    def _play(self, dialogue: dialogues.Dialogue, snapshot: dict, brain: Brain) -> player.Run:
        """A database that fails is an infrastructure error; an engine that breaks is a wrong answer."""
        try:
            return player.play(dialogue, snapshot, brain)
        except DatabaseError as error:
            self.stderr.write(f"{dialogue.id}: {error}")
            return player.Run(dialogue.id, infra_error=True)
        except Exception:  # noqa: BLE001 - one dialogue that breaks must not cost the report of the others
            self.stderr.write(f"{dialogue.id}: {traceback.format_exc()}")
            return player.Run(dialogue.id)


def _brain(brain: str, base_url: str, model: str) -> Brain:
    """The scripted brain, or the model at `base_url`; what is not given comes from the settings."""
    if brain == "scripted":
        return ScriptedBrain()
    configured = Endpoint.from_settings()
    endpoint = replace(configured, base_url=base_url or configured.base_url, model=model or configured.model)
    if not endpoint.is_configured:
        raise CommandError("No model is configured: give --base-url or set OPENAI_API_KEY.")
    return choose_brain(Unmetered(), endpoint)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
