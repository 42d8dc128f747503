"""Templates: read here, written at the provider; a button reads them again."""

from typing import ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leads.admin.filters import by_code
from leads.admin.read_only import ReadOnlyAdmin
from leads.languages import language_name
from leads.stored_words import named
from whatsapp import refusals
from whatsapp.models import Template
from whatsapp.template_sync import sync_templates

# WhatsApp's own three
CATEGORIES = {
    "utility": _("Utility"),
    "marketing": _("Marketing"),
    "authentication": _("Authentication"),
}


def language_in_words(code: str) -> str:
    """With the code where one language has several templates of a name: "Portuguese (pt_BR)"."""
    name = language_name(code)
    return f"{name} ({code})" if name != code and "_" in code else name


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin):
    change_list_template = "admin/whatsapp/template/change_list.html"
    list_display = ["name", "spoken", "purpose", "status", "body_start", "is_gone", "synced_at"]
    list_filter = [
        *("status", "is_gone"),
        by_code("language", language_in_words),
        by_code("category", lambda code: named(code, CATEGORIES)),
        "account",
    ]
    told_by: ClassVar = {"language": "spoken", "category": "purpose"}
    search_fields = ["name", "body", "=sid"]

    @admin.display(description=_("text"))
    def body_start(self, template: Template) -> str:
        return template.body[:80]

    @admin.display(description=_("language"), ordering="language")
    def spoken(self, template: Template) -> str:
        return language_in_words(template.language)

    @admin.display(description=_("category"), ordering="category")
    def purpose(self, template: Template) -> str:
        return named(template.category, CATEGORIES)

    def get_urls(self) -> list[URLPattern]:
        sync = self.admin_site.admin_view(require_POST(self.sync))
        return [path("sync/", sync, name="whatsapp_template_sync"), *super().get_urls()]

    def sync(self, request: HttpRequest) -> HttpResponse:
        synced = sync_templates()
        for line, error in synced.failed.items():
            reason = refusals.text_of(error.code) or _("The provider did not answer as it should.")
            self.message_user(request, f"{line}: {reason}", messages.ERROR)
        if synced.count or not synced.failed:
            text = ngettext("%(count)d template read.", "%(count)d templates read.", synced.count)
            self.message_user(request, text % {"count": synced.count}, messages.SUCCESS)
        return redirect(reverse("admin:whatsapp_template_changelist"))
