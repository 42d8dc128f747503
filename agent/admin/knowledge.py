"""What the agent knows, and what clients asked in vain."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent import knowledge
from agent.models import KnowledgeSnippet, UnansweredQuestion
from agent.models.knowledge import LANGUAGE_CHOICES
from leads.requests import user_of


@admin.register(KnowledgeSnippet)
class KnowledgeSnippetAdmin(admin.ModelAdmin):
    list_display = ["title", "playbook", "language", "is_active", "cited_as"]
    list_filter = ["playbook", "language", "is_active"]
    list_select_related = ["playbook"]
    search_fields = ["title", "body"]
    fields = ["playbook", "language", "title", "body", "is_active"]

    @admin.display(description=gettext_lazy("cited as"))
    def cited_as(self, snippet: KnowledgeSnippet) -> str:
        return snippet.cited_as

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Beside a filtered list, the new snippet is of the playbook that is shown."""
        shown = request.GET.get("_changelist_filters", "")
        chosen = dict(pair.split("=", 1) for pair in shown.split("&") if "=" in pair)
        return {"playbook": chosen.get("playbook__id__exact"), **super().get_changeform_initial_data(request)}


class AnswerForm(forms.ModelForm):
    """The answer becomes a snippet."""

    title = forms.CharField(label=gettext_lazy("Question or title"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Answer"),
        widget=forms.Textarea({"rows": 4, "class": "vLargeTextField"}),
        help_text=gettext_lazy("Told word for word to whoever asks something like this."),
    )
    answer_language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGE_CHOICES)

    class Meta:
        model = UnansweredQuestion
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        question = self.instance
        known = question.snippet
        self.initial["title"] = known.title if known else question.text[:200]
        self.initial["body"] = known.body if known else ""
        self.initial["answer_language"] = known.language if known else question.language


@admin.register(UnansweredQuestion)
class UnansweredQuestionAdmin(admin.ModelAdmin):
    form = AnswerForm
    list_display = ["text", "times", "playbook", "language", "state", "last_asked_at"]
    list_filter = ["state", "playbook", "language"]
    list_select_related = ["playbook"]
    search_fields = ["text"]
    actions = ["dismiss"]
    readonly_fields = [
        "text",
        "playbook",
        "times",
        "state",
        "conversation",
        "first_asked_at",
        "last_asked_at",
    ]
    fieldsets = [
        (None, {"fields": tuple(readonly_fields)}),
        (gettext_lazy("Answer it"), {"fields": ["title", "body", "answer_language"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: UnansweredQuestion, form: Any, change: bool) -> None:
        data = form.cleaned_data
        knowledge.answer_question(
            question_id=obj.pk,
            title=data["title"],
            body=data["body"],
            language=data["answer_language"],
            user=user_of(request),
        )

    def response_change(self, request: HttpRequest, obj: UnansweredQuestion) -> HttpResponse:
        messages.success(request, _("The agent knows the answer now."))
        return self.response_post_save_change(request, obj)

    @admin.action(description=gettext_lazy("Not for the agent"))
    def dismiss(self, request: HttpRequest, chosen: QuerySet[UnansweredQuestion]) -> None:
        count = knowledge.dismiss(chosen, user=user_of(request))
        messages.success(request, _("%(count)d questions are out of the queue.") % {"count": count})
