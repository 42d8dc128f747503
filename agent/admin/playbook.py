"""Playbooks: begin one, edit its draft section by section, use an earlier version again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent import drafting, playbooks, returning
from agent.admin.pages import tabs_of
from agent.admin.publishing import PublishView, RollBackView, VersionView
from agent.admin.sections import FactsView, QuestionsView, QuestionView, RulesView, VoiceView, WordingView
from agent.admin.trying import TryView
from agent.models import Playbook
from agent.playbook_library import DOMAINS
from leads.admin.filters import by_code
from leads.stored_words import named

PAGES = {
    "voice": ("voice/", VoiceView),
    "questions": ("questions/", QuestionsView),
    "question_add": ("questions/add/", QuestionView),
    "question": ("questions/<slug:key>/", QuestionView),
    "rules": ("rules/", RulesView),
    "facts": ("facts/", FactsView),
    "wording": ("wording/", WordingView),
    "try": ("try/", TryView),
    "publish": ("publish/", PublishView),
    "version": ("versions/<int:number>/", VersionView),
    "roll_back": ("versions/<int:number>/use/", RollBackView),
}
READY = {
    "real_estate": gettext_lazy("Real estate"),
    "cars": gettext_lazy("Cars"),
    "education": gettext_lazy("Education"),
    "insurance": gettext_lazy("Insurance"),
    "clinic": gettext_lazy("Clinic"),
    "solar": gettext_lazy("Solar energy"),
    "b2b_software": gettext_lazy("Business software"),
}


class NewPlaybookForm(forms.ModelForm):
    domain = forms.SlugField(
        label=gettext_lazy("Domain"),
        max_length=40,
        help_text=gettext_lazy("In one word what is sold. A ready domain brings its questions along."),
    )

    class Meta:
        model = Playbook
        fields = ["name", "domain"]


@admin.register(Playbook)
class PlaybookAdmin(admin.ModelAdmin):
    change_form_template = "admin/agent/playbook/change_form.html"
    change_list_template = "admin/agent/playbook/change_list.html"
    list_display = ["name", "sold", "is_default", "current", "updated_at"]
    list_filter = ["is_default", by_code("domain", lambda code: named(code, READY))]
    search_fields = ["name", "domain"]
    list_select_related = ["current__playbook"]
    readonly_fields = ["current", "is_default"]
    actions = ["make_default"]
    fieldsets = [
        (None, {"fields": ["name", "is_default", "current"]}),
        (
            gettext_lazy("In force at once, without publishing"),
            {"fields": ["money_per_day", "tokens_per_conversation", "return_after_hours"]},
        ),
    ]

    @admin.display(description=gettext_lazy("domain"), ordering="domain")
    def sold(self, playbook: Playbook) -> str:
        return named(playbook.domain, READY)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        pages = [
            path(f"<int:playbook_id>/{route}", wrap(view.as_view(pages=self)), name=f"agent_playbook_{name}")
            for name, (route, view) in PAGES.items()
        ]
        ready = path("ready/<slug:domain>/", wrap(self.begin_ready), name="agent_playbook_ready")
        return [ready, *pages, *super().get_urls()]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            return NewPlaybookForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else [(None, {"fields": ["name", "domain"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def save_model(self, request: HttpRequest, obj: Playbook, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=[*form.changed_data, "updated_at"])
            if "return_after_hours" in form.changed_data:
                returning.forget_times(obj)
        else:
            begun = drafting.begin_playbook(name=obj.name, domain=obj.domain)
            obj.pk, obj.draft = begun.pk, begun.draft

    @admin.action(description=gettext_lazy("Use for new conversations"))
    def make_default(self, request: HttpRequest, chosen: QuerySet[Playbook]) -> None:
        for playbook in chosen[:1]:
            playbooks.make_default(playbook)
            messages.success(request, _("New conversations begin with “%(name)s”.") % {"name": playbook})

    def response_add(
        self, request: HttpRequest, obj: Playbook, post_url_continue: Any = None
    ) -> HttpResponse:
        messages.success(
            request, _("“%(name)s” was begun. Nothing of it is used before it is published.") % {"name": obj}
        )
        return HttpResponseRedirect(reverse("admin:agent_playbook_voice", args=[obj.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        playbook = self.get_object(request, object_id)
        tabs = tabs_of(playbook, "change") if playbook else []
        return super().change_view(request, object_id, form_url, {"tabs": tabs, **(extra_context or {})})

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"ready": READY, **(extra_context or {})})

    def begin_ready(self, request: HttpRequest, domain: str) -> HttpResponse:
        """One click: a playbook from the shelf."""
        if request.method != "POST" or domain not in DOMAINS or not self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:agent_playbook_changelist"))
        playbook = drafting.begin_playbook(name=str(READY[domain]), domain=domain)
        return self.response_add(request, playbook)
