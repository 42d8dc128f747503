"""How the playbook of a lead's conversation names its questions and their choices, for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from agent.models import Dialogue
from leads.models import Lead
from leads.slot_lines import UNNAMED, Names, capitalised

# Playbooks write the region in capitals, Django does not.
LANGUAGES = {"pt-br": "pt-BR", "es": "es", "en": "en"}
Languages = tuple[str | None, ...]
NamesBySlot = Mapping[str, Names]


def names_of(lead: Lead) -> dict[str, Names]:
    """By slot, in the reader's language. Empty for a lead with whom the agent has not talked."""
    dialogues = Dialogue.objects.filter(conversation__lead=lead).select_related("playbook_version")
    newest = dialogues.order_by("-conversation__last_message_at").first()
    return names_in(newest.playbook_version.snapshot if newest else {})


def names_in(snapshot: Mapping[str, Any]) -> dict[str, Names]:
    """The same of one version of a playbook."""
    languages = (readers_language(), snapshot.get("default_language"))
    return {question["key"]: _names(question, languages) for question in snapshot.get("questions", [])}


def called(slot: str, names: NamesBySlot) -> str:
    """A question by its name in the reader's language."""
    return capitalised(names.get(slot, UNNAMED).label or slot)


def readers_language() -> str | None:
    """As playbooks write it; None where they do not speak it."""
    return LANGUAGES.get(get_language() or "")


def _names(question: Mapping[str, Any], languages: Languages) -> Names:
    choices = {choice["key"]: _label(choice, languages) for choice in question.get("choices", [])}
    return Names(_label(question, languages), {key: label for key, label in choices.items() if label})


def _label(named: Mapping[str, Any], languages: Languages) -> str:
    """In the first of `languages` that it has, else in any."""
    labels = named.get("labels") or {}
    chosen = next((labels[language] for language in languages if language in labels), None)
    return str(chosen or next(iter(labels.values()), ""))
