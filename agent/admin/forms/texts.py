"""Facts that the agent may state, and the sentences that it says itself."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent.admin.forms.in_languages import InLanguages, Wording, field_name, flattened
from agent.brains.playbook import LANGUAGES
from agent.sentence_names import sentence_name
from agent.slot_names import readers_language
from leads.slot_lines import capitalised

KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
PLACEHOLDER = re.compile(r"{([^{}]*)}")
PLACEHOLDERS = frozenset({"persona", "company", "topic", "emergency", "name"})
LONGEST_BUBBLE = 300


class FactForm(InLanguages):
    wordings = (Wording("fact", gettext_lazy("What is true"), rows=2, longest=500),)
    key = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        help_text=gettext_lazy("As in “address” or “visiting_hours”."),
    )

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).strip().lower().replace(" ", "_")
        if not KEY.match(key) or key == "topic":
            raise forms.ValidationError(_("Use small letters, digits and _, beginning with a letter."))
        return key

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("key") and not self.texts("fact"):
            raise forms.ValidationError(_("Write the fact in one language at least."))
        return cleaned


class BaseFacts(BaseFormSet):
    def clean(self) -> None:
        keys = [form.cleaned_data["key"] for form in self._kept()] if not any(self.errors) else []
        if len(set(keys)) < len(keys):
            raise forms.ValidationError(_("Two facts have the same name."))

    def facts(self) -> dict[str, dict[str, str]]:
        return {form.cleaned_data["key"]: form.texts("fact") for form in self._kept()}

    def _kept(self) -> list[Any]:
        return [
            form for form in self.forms if form.cleaned_data.get("key") and form not in self.deleted_forms
        ]


FactFormSet = forms.formset_factory(FactForm, formset=BaseFacts, extra=0, can_delete=True, max_num=100)


def initial_facts(draft: Mapping[str, Any]) -> list[dict[str, str]]:
    facts = {key: fact for key, fact in (draft.get("facts") or {}).items() if key != "topic"}
    return [
        {"key": key} | flattened({"fact": _everywhere(fact)}, FactForm.wordings)
        for key, fact in facts.items()
    ]


def facts_in_words(snapshot: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Pairs of a fact's name and what it says, in the reader's language where it is told in that."""
    return [
        (_("Topic") if key == "topic" else capitalised(key), _told(fact))
        for key, fact in (snapshot.get("facts") or {}).items()
    ]


def _told(fact: Any) -> str:
    if not isinstance(fact, Mapping):
        return str(fact)
    return str(fact.get(readers_language()) or " / ".join(map(str, fact.values())))


def _everywhere(fact: Any) -> Mapping[str, str]:
    """A fact without a language is true in each."""
    return fact if isinstance(fact, Mapping) else dict.fromkeys(LANGUAGES, str(fact))


class WordingForm(InLanguages):
    """Every sentence of the engine, several variants of each; a language left empty falls silent there."""

    def __init__(self, *args: Any, messages: Mapping[str, Any], **kwargs: Any) -> None:
        self.wordings = tuple(  # type: ignore[misc]  # they are the playbook's
            Wording(kind, sentence_name(kind), is_list=True, rows=3, longest=LONGEST_BUBBLE)
            for kind in messages
        )
        kwargs["initial"] = flattened(messages, self.wordings)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for wording in self.wordings:
            for language in self.languages:
                self._check(field_name(wording.name, language), wording.name)
        return cleaned

    def messages(self) -> dict[str, dict[str, list[str]]]:
        return {wording.name: self.lists(wording.name) for wording in self.wordings}

    def _check(self, field: str, kind: str) -> None:
        text = self.cleaned_data.get(field, "")
        unknown = set(PLACEHOLDER.findall(text)) - PLACEHOLDERS
        if not text.strip():
            self.add_error(field, _("Write at least one sentence."))
        elif unknown:
            self.add_error(
                field,
                _("Unknown placeholder: %(name)s. Known are %(known)s.")
                % {"name": ", ".join(sorted(unknown)), "known": ", ".join(sorted(PLACEHOLDERS))},
            )
        elif kind.startswith("handoff_") and "?" in text:
            self.add_error(field, _("Nothing is asked any more when a person takes over."))
