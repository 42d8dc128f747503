"""The sections of a playbook's draft, one page each: parse, one call of `agent.drafting`, render."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent import drafting
from agent.admin.forms.arranging import ArrangeFormSet, initial_places
from agent.admin.forms.choices import ChoiceFormSet, initial_choices
from agent.admin.forms.question import QuestionForm
from agent.admin.forms.rules import RuleFormSet, initial_rules, values_offered
from agent.admin.forms.texts import FactFormSet, WordingForm, initial_facts
from agent.admin.forms.voice import VoiceForm
from agent.admin.pages import PlaybookPage
from agent.brains.playbook import LANGUAGES
from agent.playbook_checks import FEWEST_CHOICES
from agent.playbook_library import shared_messages
from agent.slot_names import names_in


class Section(ABC, PlaybookPage):
    """Draws its form and, once everything in it is right, keeps it in the draft."""

    next_page: ClassVar[str] = ""

    def get(self, request: HttpRequest, **place: Any) -> HttpResponse:
        return self.draw(self.forms(None, **place))

    def post(self, request: HttpRequest, **place: Any) -> HttpResponse:
        filled = self.forms(request.POST, **place)
        if not self.is_right(filled):
            return self.draw(filled | {"is_refused": True})
        self.keep(filled)
        messages.success(request, _("Saved in the draft. Clients notice nothing before it is published."))
        return self.go(self.next_page or self.tab)

    @property
    def languages(self) -> list[str]:
        return self.playbook.draft.get("languages") or list(LANGUAGES)

    def is_right(self, filled: dict[str, Any]) -> bool:
        checked = [
            part.is_valid()
            for part in filled.values()
            if isinstance(part, forms.BaseForm | forms.BaseFormSet)
        ]
        return all(checked)

    @abstractmethod
    def forms(self, given: Any, **place: Any) -> dict[str, Any]:
        """By the names its template uses; filled with the draft where `given` is None."""

    @abstractmethod
    def keep(self, filled: dict[str, Any]) -> None:
        """Write into the draft what these forms, all of them right, say."""


class VoiceView(Section):
    template, tab, title = "admin/agent/playbook/voice.html", "voice", gettext_lazy("Voice and hours")

    def forms(self, given: Any, **place: Any) -> dict[str, Any]:
        return {"form": VoiceForm(given, known=self.playbook.draft)}

    def keep(self, filled: dict[str, Any]) -> None:
        form = filled["form"]
        drafting.save_voice(self.playbook.pk, form.voice(), form.texts("topic"))


class QuestionsView(Section):
    template, tab, title = "admin/agent/playbook/questions.html", "questions", gettext_lazy("Questions")

    def forms(self, given: Any, **place: Any) -> dict[str, Any]:
        questions = self.playbook.draft.get("questions", [])
        return {"rows": ArrangeFormSet(given, initial=initial_places(questions, self.playbook.draft))}

    def keep(self, filled: dict[str, Any]) -> None:
        drafting.arrange_questions(self.playbook.pk, filled["rows"].places())


class QuestionView(Section):
    template, tab, title = "admin/agent/playbook/question.html", "questions", gettext_lazy("Question")

    def forms(self, given: Any, key: str = "", **place: Any) -> dict[str, Any]:
        questions = self.playbook.draft.get("questions", [])
        known = next((question for question in questions if question["key"] == key), None)
        if key and known is None:
            raise Http404
        taken = [question["key"] for question in questions if question["key"] != key]
        return {
            "form": QuestionForm(given, languages=self.languages, known=known, taken=taken),
            "choices": ChoiceFormSet(
                given,
                prefix="choices",
                initial=initial_choices(known or {}),
                form_kwargs={"languages": self.languages},
            ),
        }

    def is_right(self, filled: dict[str, Any]) -> bool:
        if not super().is_right(filled):
            return False
        form = filled["form"]
        if form.cleaned_data["type"] == "choice" and len(filled["choices"].choices()) < FEWEST_CHOICES:
            form.add_error("type", _("Add two choices at least."))
        return form.is_valid()

    def keep(self, filled: dict[str, Any]) -> None:
        drafting.save_question(self.playbook.pk, filled["form"].question(filled["choices"].choices()))


class RulesView(Section):
    template, tab, title = "admin/agent/playbook/rules.html", "rules", gettext_lazy("Rules")

    def forms(self, given: Any, **place: Any) -> dict[str, Any]:
        draft = self.playbook.draft
        asked = {"questions": draft.get("questions", []), "names": names_in(draft)}
        rows = RuleFormSet(given, initial=initial_rules(draft), form_kwargs=asked)
        return {"rows": rows, "values": values_offered(draft)}

    def keep(self, filled: dict[str, Any]) -> None:
        drafting.save_rules(self.playbook.pk, filled["rows"].by_kind())


class FactsView(Section):
    template, tab, title = "admin/agent/playbook/facts.html", "facts", gettext_lazy("Facts")

    def forms(self, given: Any, **place: Any) -> dict[str, Any]:
        spoken = {"languages": self.languages}
        return {"rows": FactFormSet(given, initial=initial_facts(self.playbook.draft), form_kwargs=spoken)}

    def keep(self, filled: dict[str, Any]) -> None:
        drafting.save_facts(self.playbook.pk, filled["rows"].facts())


class WordingView(Section):
    template, tab, title = "admin/agent/playbook/wording.html", "wording", gettext_lazy("Wording")

    def forms(self, given: Any, **place: Any) -> dict[str, Any]:
        said = {**shared_messages(), **self.playbook.draft.get("messages", {})}
        return {"form": WordingForm(given, languages=self.languages, messages=said)}

    def keep(self, filled: dict[str, Any]) -> None:
        drafting.save_messages(self.playbook.pk, filled["form"].messages())
