"""Seven ready playbooks and the wording they share, in Portuguese, Spanish and English."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agent.brains.protocol import Playbook

HERE = Path(__file__).parent
DOMAINS = ("real_estate", "cars", "education", "insurance", "clinic", "solar", "b2b_software")
REFINED_KEYS = {"name": "name", "city": "place", "location": "place", "phone": "phone", "email": "email"}

GENERIC_TEXTS = {
    "pt-BR": ["Pode me contar sobre {label}?", "Pode me dar mais um detalhe sobre {label}?"],
    "es": ["¿Me cuentas sobre {label}?", "¿Me das un detalle más sobre {label}?"],
    "en": ["Could you tell me about {label}?", "Could you give me one more detail about {label}?"],
}


def load_library(domain: str) -> dict[str, Any]:
    """The snapshot of the shipped playbook: its own questions and messages over the shared ones."""
    # A copy to the bottom: `_read` keeps what it read, and callers change their snapshot
    snapshot = json.loads(json.dumps(_read(domain)))
    snapshot["questions"] = [_complete(question) for question in snapshot["questions"]]
    snapshot["messages"] = {**_read("shared")["messages"], **snapshot["messages"]}
    return snapshot


def shared_messages() -> Mapping[str, Any]:
    """What the engine says where a playbook says nothing else: per kind, per language, a list of variants."""
    return MappingProxyType(_read("shared")["messages"])


def from_definition(domain: str, definition: Mapping[str, Any]) -> Playbook:
    """A playbook with the slots and rules of `definition` and the shipped wording for those slots.

    `definition` is `{"slots": {key: {"type", "required", "options"}}, "nurture_if", "disqualify_if"}`.
    The shipped order of asking is kept; slots it does not know come last, with generic wording.
    """
    snapshot = load_library(domain) if domain in DOMAINS else _blank(domain)
    shipped = {question["key"]: question for question in snapshot["questions"]}
    slots = definition["slots"]
    ordered = [key for key in shipped if key in slots] + [key for key in slots if key not in shipped]
    snapshot["questions"] = [_merged(key, slots[key], shipped.get(key)) for key in ordered]
    snapshot["nurture_if"] = definition.get("nurture_if", [])
    snapshot["disqualify_if"] = definition.get("disqualify_if", [])
    return Playbook.from_snapshot(snapshot)


@cache
def _read(name: str) -> dict[str, Any]:
    return json.loads((HERE / f"{name}.json").read_text("utf-8"))


def _complete(question: dict[str, Any]) -> dict[str, Any]:
    """A question that names a shared one with "use" starts from it."""
    own = dict(question)
    shared = _read("shared")["questions"][own.pop("use")] if "use" in own else {}
    return {**shared, **own}


def _blank(domain: str) -> dict[str, Any]:
    return {"domain": domain, "questions": [], "messages": _read("shared")["messages"]}


def _merged(key: str, slot: Mapping[str, Any], shipped: Mapping[str, Any] | None) -> dict[str, Any]:
    if shipped is None:
        return _generic(key, slot)
    merged = {**shipped, "required": bool(slot.get("required"))}
    if slot.get("type", "text") != "text":
        merged["type"] = slot["type"]
    if slot.get("options"):
        known = {choice["key"]: choice for choice in shipped.get("choices", [])}
        merged["choices"] = [known.get(option) or _plain_choice(option) for option in slot["options"]]
    return merged


def _generic(key: str, slot: Mapping[str, Any]) -> dict[str, Any]:
    label = key.replace("_", " ")
    stored = slot.get("type", "text")
    return {
        "key": key,
        "type": REFINED_KEYS.get(key, "text") if stored == "text" else stored,
        "required": bool(slot.get("required")),
        "labels": dict.fromkeys(GENERIC_TEXTS, label),
        "cues": {"en": [label]},
        "choices": [_plain_choice(option) for option in slot.get("options", [])],
        "texts": {
            language: [text.format(label=label) for text in texts]
            for language, texts in GENERIC_TEXTS.items()
        },
    }


def _plain_choice(option: str) -> dict[str, Any]:
    label = option.replace("_", " ")
    return {"key": option, "labels": dict.fromkeys(GENERIC_TEXTS, label), "synonyms": {}}
