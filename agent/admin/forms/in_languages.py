"""Texts in each language of a playbook, as form fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent.brains.playbook import per_language

LANGUAGE_NAMES = {
    "pt-BR": gettext_lazy("Portuguese"),
    "es": gettext_lazy("Spanish"),
    "en": gettext_lazy("English"),
}
Text = str | Promise


@dataclass(frozen=True)
class Wording:
    """One text of a form. With `is_list` there are several, one on each line."""

    name: str
    label: Text
    help: Text = ""
    is_list: bool = False
    rows: int = 1
    longest: int = 500

    def field(self, language: str) -> forms.CharField:
        label = f"{self.label} ({LANGUAGE_NAMES[language]})"
        attrs = {"lang": language, "class": "vTextField"}
        widget = forms.Textarea(attrs | {"rows": self.rows}) if self.rows > 1 else forms.TextInput(attrs)
        return forms.CharField(label=label, required=False, widget=widget)


@dataclass(frozen=True)
class Group:
    """A text's fields side by side: pairs of a language's name and the field."""

    wording: Wording
    fields: Sequence[tuple[Text, forms.BoundField]]


class InLanguages(forms.Form):
    """A form some of whose texts exist in each of `languages`, as fields like `texts_pt-BR`."""

    wordings: ClassVar[tuple[Wording, ...]] = ()

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = languages
        for wording in self.wordings:
            for language in languages:
                self.fields[field_name(wording.name, language)] = wording.field(language)

    def groups(self, *names: str) -> list[Group]:
        """The texts' fields for a template, those of `names` or all."""
        return [
            Group(
                wording,
                [
                    (LANGUAGE_NAMES[language], self[field_name(wording.name, language)])
                    for language in self.languages
                ],
            )
            for wording in self.wordings
            if not names or wording.name in names
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for wording in self.wordings:
            for language in self.languages:
                name = field_name(wording.name, language)
                if any(len(line) > wording.longest for line in lines_of(cleaned.get(name, ""))):
                    self.add_error(
                        name, _("A text may have %(count)d characters at most.") % {"count": wording.longest}
                    )
        return cleaned

    def texts(self, name: str) -> dict[str, str]:
        """By language; languages without a text are left out."""
        return {
            language: text.strip()
            for language in self.languages
            if (text := self.cleaned_data.get(field_name(name, language), "")).strip()
        }

    def lists(self, name: str) -> dict[str, list[str]]:
        return {language: lines_of(text) for language, text in self.texts(name).items()}


def flattened(raw: Mapping[str, Any], wordings: Iterable[Wording]) -> dict[str, str]:
    """A draft's texts as initial values of the fields."""
    return {
        field_name(wording.name, language): "\n".join(map(str, texts))
        for wording in wordings
        for language, texts in per_language(raw.get(wording.name)).items()
    }


def field_name(name: str, language: str) -> str:
    return f"{name}_{language}"


def lines_of(text: str) -> list[str]:
    """The lines that are not empty, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
