"""Changing a playbook's draft, section by section. Two managers on different sections do not undo each other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from agent.brains.playbook import RULE_KINDS
from agent.models import Playbook
from agent.playbook_library import DOMAINS, load_library

Draft = dict[str, Any]
VOICE = ("company", "languages", "default_language", "persona", "tone", "hours", "limits")


@dataclass(frozen=True)
class Place:
    """Where a question stands in the list, and how it is asked."""

    key: str
    required: bool
    max_asks: int


def begin_playbook(*, name: str, domain: str) -> Playbook:
    """A new playbook that begins from the ready one of `domain`, or from the shared wording alone."""
    draft = load_library(domain if domain in DOMAINS else DOMAINS[0])
    if domain not in DOMAINS:
        draft |= {"domain": domain, "questions": [], "facts": {}, "company": ""}
        draft |= {kind: [] for kind in RULE_KINDS}
    is_first = not Playbook.objects.filter(is_default=True).exists()
    return Playbook.objects.create(name=name, domain=domain, draft=draft, is_default=is_first)


def save_voice(playbook_id: int, voice: Mapping[str, Any], topic: Mapping[str, str]) -> None:
    """Who the agent is, how it sounds and when the team is there: the keys of `VOICE`."""
    with _editing(playbook_id) as draft:
        draft |= {key: voice[key] for key in VOICE}
        draft["facts"] = {"topic": dict(topic)} | _without_topic(draft)


def save_question(playbook_id: int, question: Mapping[str, Any]) -> None:
    """The question with this key, in its place; a new one comes last. What the form does not know stays."""
    with _editing(playbook_id) as draft:
        questions = draft.setdefault("questions", [])
        known = next((old for old in questions if old["key"] == question["key"]), None)
        if known is None:
            questions.append(dict(question))
        else:
            known |= question


def arrange_questions(playbook_id: int, places: Sequence[Place]) -> None:
    """The questions in this order. One that is not named is removed."""
    with _editing(playbook_id) as draft:
        known = {question["key"]: question for question in draft.get("questions", [])}
        draft["questions"] = [
            known[place.key] | {"required": place.required, "max_asks": place.max_asks}
            for place in places
            if place.key in known
        ]


def save_rules(playbook_id: int, rules: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """`{slot, op, value}` by kind of rule, all kinds at once."""
    with _editing(playbook_id) as draft:
        draft |= {kind: list(rules.get(kind, ())) for kind in RULE_KINDS}


def save_facts(playbook_id: int, facts: Mapping[str, Mapping[str, str]]) -> None:
    with _editing(playbook_id) as draft:
        topic = {"topic": draft["facts"]["topic"]} if "topic" in draft.get("facts", {}) else {}
        draft["facts"] = topic | dict(facts)


def save_messages(playbook_id: int, messages: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
    """Texts by kind and language; a kind that is not named stays as it is."""
    with _editing(playbook_id) as draft:
        draft["messages"] = draft.get("messages", {}) | dict(messages)


def _without_topic(draft: Draft) -> Draft:
    return {key: fact for key, fact in draft.get("facts", {}).items() if key != "topic"}


@contextmanager
def _editing(playbook_id: int) -> Iterator[Draft]:
    """The draft, its row held until it is written."""
    with transaction.atomic():
        playbook = Playbook.objects.select_for_update().get(pk=playbook_id)
        draft = deepcopy(playbook.draft)
        yield draft
        playbook.draft = draft
        playbook.save(update_fields=["draft", "updated_at"])
