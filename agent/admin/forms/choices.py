"""The choices of one question, with the words that mean each."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent.admin.forms.in_languages import InLanguages, Wording, flattened
from agent.admin.forms.question import KEY


class ChoiceForm(InLanguages):
    """One choice with the words that mean it."""

    wordings = (
        Wording("labels", gettext_lazy("Name"), longest=60),
        Wording(
            "synonyms",
            gettext_lazy("Words that mean it"),
            gettext_lazy("One on each line. “=word” counts only as the whole message."),
            is_list=True,
            rows=3,
        ),
    )
    key = forms.CharField(label=gettext_lazy("Key"), max_length=40)
    max_days = forms.IntegerField(
        label=gettext_lazy("Days ahead"),
        required=False,
        min_value=0,
        help_text=gettext_lazy(
            "For a time horizon: “in two months” takes the first choice that reaches that far."
        ),
    )
    first_hour = forms.IntegerField(
        label=gettext_lazy("From hour"), required=False, min_value=0, max_value=24
    )
    last_hour = forms.IntegerField(label=gettext_lazy("To hour"), required=False, min_value=0, max_value=24)

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).strip()
        if not KEY.match(key):
            raise forms.ValidationError(_("Use small letters, digits and _, beginning with a letter."))
        return key

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("first_hour") is None) != (cleaned.get("last_hour") is None):
            self.add_error("last_hour", _("Give both hours, or none."))
        return cleaned

    def choice(self) -> dict[str, Any]:
        first, last = self.cleaned_data["first_hour"], self.cleaned_data["last_hour"]
        return {
            "key": self.cleaned_data["key"],
            "labels": self.texts("labels"),
            "synonyms": self.lists("synonyms"),
            "max_days": self.cleaned_data["max_days"],
            "hours": None if first is None else [first, last],
        }


class BaseChoices(BaseFormSet):
    """Refuses what would make an answer ambiguous."""

    def clean(self) -> None:
        if any(self.errors):
            return
        choices = self.choices()
        if len({choice["key"] for choice in choices}) < len(choices):
            raise forms.ValidationError(_("Two choices have the same key."))
        self._refuse_ambiguity(choices)

    def choices(self) -> list[dict[str, Any]]:
        """In the order that the rows say, without those to be deleted."""
        return [form.choice() for form in self.ordered_forms if form.cleaned_data.get("key")]

    def _refuse_ambiguity(self, choices: list[dict[str, Any]]) -> None:
        owners: dict[tuple[str, str], str] = {}
        for choice in choices:
            for meaning in meanings_of(choice):
                owner = owners.setdefault(meaning, choice["key"])
                if owner != choice["key"]:
                    raise forms.ValidationError(
                        _("“%(word)s” means both “%(one)s” and “%(other)s”.")
                        % {"word": meaning[1], "one": owner, "other": choice["key"]}
                    )


def meanings_of(choice: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Pairs of language and word."""
    return {(language, word.casefold()) for language, words in choice["synonyms"].items() for word in words}


ChoiceFormSet = forms.formset_factory(
    ChoiceForm, formset=BaseChoices, extra=0, can_order=True, can_delete=True, max_num=60
)


def initial_choices(question: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_initial_choice(choice) for choice in question.get("choices") or []]


def _initial_choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    first, last = choice.get("hours") or (None, None)
    plain = {
        "key": choice["key"],
        "max_days": choice.get("max_days"),
        "first_hour": first,
        "last_hour": last,
    }
    return plain | flattened(choice, ChoiceForm.wordings)
