"""Templates: read here, written at the provider; a button reads them again."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leads.admin.read_only import ReadOnlyAdmin
from whatsapp import refusals
from whatsapp.models import Template
from whatsapp.template_sync import sync_templates


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin):
    change_list_template = "admin/whatsapp/template/change_list.html"
    list_display = ["name", "language", "category", "status", "body_start", "is_gone", "synced_at"]
    list_filter = ["status", "is_gone", "language", "category", "account"]
    search_fields = ["name", "body", "=sid"]

    @admin.display(description=_("text"))
    def body_start(self, template: Template) -> str:
        return template.body[:80]

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
