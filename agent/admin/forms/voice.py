"""Who the agent is, how it sounds, when the team is there, and how patient it is."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent.admin.forms.in_languages import LANGUAGE_NAMES, InLanguages, Wording, flattened
from agent.brains.playbook import LANGUAGES
from agent.opening_hours import WEEKDAYS
from agent.stages import MAX_FAILURES, MAX_OUT_OF_SCOPE

DAY_NAMES = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


class VoiceForm(InLanguages):
    """The part of a draft that is about manners. `known` is the draft."""

    wordings = (
        Wording("persona", gettext_lazy("Name of the agent"), longest=40),
        Wording(
            "topic",
            gettext_lazy("What it talks about"),
            gettext_lazy("As in “buying and renting property”; anything else is answered with a redirect."),
            longest=120,
        ),
        Wording(
            "tone",
            gettext_lazy("Tone"),
            gettext_lazy("How a language model writes, in a sentence. The scripted agent says its texts."),
            rows=2,
            longest=300,
        ),
    )
    company = forms.CharField(label=gettext_lazy("Company"), max_length=80)
    spoken = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=[(language, LANGUAGE_NAMES[language]) for language in LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
    )
    default_language = forms.ChoiceField(
        label=gettext_lazy("Default language"),
        choices=[(language, LANGUAGE_NAMES[language]) for language in LANGUAGES],
    )
    failures = forms.IntegerField(
        label=gettext_lazy("Misunderstandings in a row before a person helps"), min_value=1, max_value=10
    )
    out_of_scope = forms.IntegerField(
        label=gettext_lazy("Questions off topic before a person helps"), min_value=1, max_value=10
    )

    def __init__(self, *args: Any, known: Mapping[str, Any], **kwargs: Any) -> None:
        kwargs["initial"] = _initial(known)
        super().__init__(*args, languages=LANGUAGES, **kwargs)
        for day, name in DAY_NAMES.items():
            for end, label in (("from", _("opens")), ("to", _("closes"))):
                self.fields[f"{day}_{end}"] = forms.TimeField(
                    label=f"{capfirst(name)}: {label}",
                    required=False,
                    widget=forms.TimeInput({"type": "time"}, "%H:%M"),
                )

    def days(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [
            (capfirst(str(name)), self[f"{day}_from"], self[f"{day}_to"]) for day, name in DAY_NAMES.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        spoken = cleaned.get("spoken") or []
        if spoken and cleaned.get("default_language") not in spoken:
            self.add_error("default_language", _("Choose one of the languages above."))
        for language in spoken:
            if not cleaned.get(f"persona_{language}"):
                self.add_error(f"persona_{language}", _("The agent needs a name in this language."))
        for day in WEEKDAYS:
            opens, closes = cleaned.get(f"{day}_from"), cleaned.get(f"{day}_to")
            if (opens is None) != (closes is None) or (opens is not None and opens == closes):
                self.add_error(f"{day}_to", _("Give two different times, or none where it is closed."))
        return cleaned

    def voice(self) -> dict[str, Any]:
        """As `agent.drafting.save_voice` takes it."""
        data = self.cleaned_data
        hours = {day: (data[f"{day}_from"], data[f"{day}_to"]) for day in WEEKDAYS}
        return {
            "company": data["company"],
            "languages": data["spoken"],
            "default_language": data["default_language"],
            "persona": self.texts("persona"),
            "tone": self.texts("tone"),
            "hours": {
                day: [f"{opens:%H:%M}", f"{closes:%H:%M}"] for day, (opens, closes) in hours.items() if opens
            },
            "limits": {name: data[name] for name in ("failures", "out_of_scope")},
        }


def _initial(draft: Mapping[str, Any]) -> dict[str, Any]:
    limits, hours = draft.get("limits") or {}, draft.get("hours") or {}
    texts = {"topic": (draft.get("facts") or {}).get("topic")} | dict(draft)
    if isinstance(texts["topic"], str):
        texts["topic"] = dict.fromkeys(LANGUAGES, texts["topic"])
    times = {
        f"{day}_{end}": time.fromisoformat(at)
        for day, ends in hours.items()
        for end, at in zip(("from", "to"), ends, strict=True)
    }
    return {
        "company": draft.get("company", ""),
        "spoken": draft.get("languages") or list(LANGUAGES),
        "default_language": draft.get("default_language", LANGUAGES[0]),
        "failures": limits.get("failures", MAX_FAILURES),
        "out_of_scope": limits.get("out_of_scope", MAX_OUT_OF_SCOPE),
        **flattened(texts, VoiceForm.wordings),
        **times,
    }
