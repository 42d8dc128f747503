"""One question: how it is asked, of which type its answer is, and which choices there are."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent.admin.forms.in_languages import Group, InLanguages, Wording, flattened

TYPES = {
    "choice": gettext_lazy("One of several choices"),
    "text": gettext_lazy("Free text"),
    "name": gettext_lazy("A person’s name"),
    "place": gettext_lazy("A place"),
    "money_range": gettext_lazy("Money"),
    "int": gettext_lazy("A whole number"),
    "date": gettext_lazy("A date"),
    "phone": gettext_lazy("A phone number"),
    "email": gettext_lazy("An e-mail address"),
    "bool": gettext_lazy("Yes or no"),
}
KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
# How a model says that it asks for nothing (`next_slot`)
RESERVED = frozenset({"none"})
LONGEST_BUBBLE = 300
MOST_ASKS = 10
# A yes-or-no question may say which words mean "true" and which "false".
WITH_CHOICES = frozenset({"choice", "bool"})


class QuestionForm(InLanguages):
    """A slot. `taken` are the keys of the other questions; the key of a known question stays."""

    wordings = (
        Wording(
            "labels",
            gettext_lazy("Name"),
            gettext_lazy("What the question is about, in a word or two: shown to consultants."),
            longest=60,
        ),
        Wording(
            "texts",
            gettext_lazy("How to ask"),
            gettext_lazy("One wording on each line: the first time, the second time, and so on."),
            is_list=True,
            rows=3,
            longest=LONGEST_BUBBLE,
        ),
        Wording(
            "why",
            gettext_lazy("Why we ask"),
            gettext_lazy("Told to a client who asks why."),
            rows=2,
            longest=LONGEST_BUBBLE,
        ),
        Wording(
            "terms",
            gettext_lazy("Answers by themselves"),
            gettext_lazy("Words that are an answer wherever they stand, one on each line."),
            is_list=True,
            rows=3,
        ),
        Wording(
            "cues",
            gettext_lazy("Words that announce an answer"),
            gettext_lazy("As in “up to” before an amount, one on each line."),
            is_list=True,
            rows=3,
        ),
        Wording(
            "avoid",
            gettext_lazy("Words that mean something else"),
            gettext_lazy("What stands near them is not this answer, one on each line."),
            is_list=True,
            rows=3,
        ),
    )
    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=40,
        help_text=gettext_lazy("Small letters, digits and _, as in “property_type”. It stays as it is."),
    )
    type = forms.ChoiceField(label=gettext_lazy("Type of answer"), choices=list(TYPES.items()))
    required = forms.BooleanField(
        label=gettext_lazy("Required"),
        required=False,
        help_text=gettext_lazy("Asked until it is known; without it nobody is qualified."),
    )
    max_asks = forms.IntegerField(
        label=gettext_lazy("Ask at most"), min_value=1, max_value=MOST_ASKS, initial=3
    )
    sensitive = forms.BooleanField(label=gettext_lazy("Sensitive"), required=False)
    needs_cue = forms.BooleanField(
        label=gettext_lazy("Answers count only beside a word that announces them"), required=False
    )
    proper_noun = forms.BooleanField(
        label=gettext_lazy("The answer may be a name that is not a person’s"), required=False
    )
    whole = forms.BooleanField(label=gettext_lazy("Keep the client’s whole phrase"), required=False)

    ASKING = ("labels", "texts", "why")
    READING = ("terms", "cues", "avoid")
    PLAIN = ("key", "type", "required", "max_asks", "sensitive", "needs_cue", "proper_noun", "whole")

    def __init__(
        self, *args: Any, taken: Sequence[str] = (), known: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        if known is not None:
            plain = {name: known[name] for name in self.PLAIN if name in known}
            kwargs["initial"] = plain | flattened(known, self.wordings)
        super().__init__(*args, **kwargs)
        self.taken = taken
        # Rules and the memory of conversations refer to it
        self.fields["key"].disabled = known is not None

    def asking(self) -> list[Group]:
        return self.groups(*self.ASKING)

    def reading(self) -> list[Group]:
        return self.groups(*self.READING)

    def has_reading_errors(self) -> bool:
        return any(field.errors for group in self.reading() for _name, field in group.fields)

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).strip()
        if not KEY.match(key) or key in RESERVED:
            raise forms.ValidationError(_("Use small letters, digits and _, beginning with a letter."))
        if key in self.taken:
            raise forms.ValidationError(_("Another question has this key already."))
        return key

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for language in self.languages:
            if cleaned.get("required") and not self.lists("texts").get(language):
                self.add_error(f"texts_{language}", _("A required question needs a wording here."))
            if any(text.count("?") > 1 for text in self.lists("texts").get(language, [])):
                self.add_error(f"texts_{language}", _("Ask one thing at a time: one question mark."))
        return cleaned

    def question(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        """The question as a draft keeps it."""
        plain = {name: self.cleaned_data[name] for name in self.PLAIN}
        texts = {
            wording.name: self.lists(wording.name) if wording.is_list else self.texts(wording.name)
            for wording in self.wordings
        }
        return plain | texts | {"choices": choices if plain["type"] in WITH_CHOICES else []}
