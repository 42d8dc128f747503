"""The list of questions: their order, whether they are required, how often they are asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

from agent.admin.forms.question import MOST_ASKS, TYPES
from agent.drafting import Place
from agent.slot_names import called, names_in, readers_language


class ArrangeForm(forms.Form):
    key = forms.SlugField(widget=forms.HiddenInput)
    required = forms.BooleanField(label=_("Required"), required=False)
    max_asks = forms.IntegerField(label=_("Ask at most"), min_value=1, max_value=MOST_ASKS)

    @property
    def type_name(self) -> Any:
        return TYPES.get(self.initial.get("type", ""), "")


class BasePlaces(BaseFormSet):
    def places(self) -> list[Place]:
        return [
            Place(form.cleaned_data["key"], form.cleaned_data["required"], form.cleaned_data["max_asks"])
            for form in self.ordered_forms
        ]


ArrangeFormSet = forms.formset_factory(
    ArrangeForm, formset=BasePlaces, extra=0, can_order=True, can_delete=True, max_num=100
)


def initial_places(questions: Sequence[Mapping[str, Any]], draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = names_in(draft)
    return [
        {
            "key": question["key"],
            "label": called(question["key"], names),
            "required": question.get("required", False),
            "max_asks": question.get("max_asks", 3),
            "type": question.get("type", "text"),
            "words": _first_wording(question, draft),
            "choices": len(question.get("choices") or []),
        }
        for question in questions
    ]


def questions_in_words(snapshot: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For reading: `{label, type, required, words, choices}` of each question."""
    names = names_in(snapshot)
    return [
        {
            "label": called(question["key"], names),
            "type": TYPES.get(question.get("type", "text"), ""),
            "required": question.get("required", False),
            "words": _first_wording(question, snapshot),
            "choices": [
                names[question["key"]].choices.get(choice["key"], choice["key"])
                for choice in question.get("choices") or []
            ],
        }
        for question in snapshot.get("questions", [])
    ]


def _first_wording(question: Mapping[str, Any], draft: Mapping[str, Any]) -> str:
    """In the reader's language, else in the playbook's, else in any."""
    texts = question.get("texts") or {}
    known = [texts.get(language) for language in (readers_language(), draft.get("default_language"))]
    wordings = next(filter(None, known), None) or next(iter(texts.values()), "")
    return str(wordings if isinstance(wordings, str) else next(iter(wordings), ""))
