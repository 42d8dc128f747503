"""Sources: their secrets, what to paste where, and mapping by example."""

import shlex

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import rate
from leads.admin.filters import SourceKindFilter
from leads.admin.mapping_page import chosen_paths, example_of, proposal_for
from leads.admin.read_only import ReadOnlyAdmin
from leads.admin.source_form import SECRETS, SourceForm
from leads.inference.mapping import ATTRIBUTION
from leads.models import MappingVersion, ScoringProfile, Source
from leads.requests import user_of
from leads.services import mapping as mapping_service
from leads.services import sources as source_service
from leads.sources import kind_of
from leads.sources.examples import EXAMPLES, KEY_IN_BODY


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    form = SourceForm
    change_form_template = "admin/leads/source/change_form.html"
    list_display = ["name", "kind_in_words", "address", "deliveries_link", "turned_away_today", "is_active"]
    list_filter = [SourceKindFilter, "is_active"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    actions = ["rotate_secrets", "forget_previous_secrets"]
    readonly_fields = ["how_to_send", "mapping_version", "turned_away_today"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "default_country", "is_active", "how_to_send"]}),
        (
            gettext_lazy("Credentials"),
            {
                "fields": list(SECRETS),
                "description": gettext_lazy(
                    "A new source that is given none makes its own and shows them once."
                ),
            },
        ),
        (
            gettext_lazy("What it says"),
            {"fields": ["mapping", "mapping_version", "weight", "returning"]},
        ),
        (gettext_lazy("How often it may send"), {"fields": ["rate_per_minute", "turned_away_today"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose_mapping)
        return [path("<int:source_id>/mapping/", view, name="leads_source_mapping"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Source, form: SourceForm, change: bool) -> None:
        mapping = obj.mapping
        if "mapping" in form.changed_data and change:
            # Saved below as a version of its own, or not at all
            obj.mapping = form.initial.get("mapping") or {}
        super().save_model(request, obj, form, change)
        if "mapping" in form.changed_data:
            mapping_service.save_mapping(source=obj, mapping=mapping, user=user_of(request))
        if form.fresh_secrets:
            self._show_secrets(request, obj, form.fresh_secrets)

    def propose_mapping(self, request: HttpRequest, source_id: int) -> HttpResponse:
        """Paste one payload, see what it would make, keep the mapping."""
        source = get_object_or_404(Source, pk=source_id)
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        example = example_of(request, source)
        chosen = chosen_paths(request)
        if request.method == "POST" and "save" in request.POST:
            mapping_service.save_mapping(source=source, mapping=chosen, user=user_of(request))
            messages.success(request, _("The mapping was saved as version %d.") % source.mapping_version)
            return HttpResponseRedirect(reverse("admin:leads_source_change", args=[source.pk]))
        source.mapping = chosen or source.mapping
        context = self.admin_site.each_context(request) | {
            "title": _("Mapping by example"),
            "source": source,
            "example": example,
            "is_mapped": any(name in ATTRIBUTION for name in source.mapping),
            "opts": self.opts,
        }
        return render(request, "admin/leads/source/mapping.html", context | proposal_for(source, example))

    @admin.action(description=gettext_lazy("Make new secrets; the present ones stay valid beside them"))
    def rotate_secrets(self, request: HttpRequest, sources: QuerySet[Source]) -> None:
        for source in sources:
            self._show_secrets(request, source, source_service.rotate_secrets(source))

    @admin.action(description=gettext_lazy("Forget the previous secrets"))
    def forget_previous_secrets(self, request: HttpRequest, sources: QuerySet[Source]) -> None:
        for source in sources:
            source_service.forget_previous_secrets(source)

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_in_words(self, source: Source) -> str:
        return str(kind_of(source).label)

    @admin.display(description=gettext_lazy("address"))
    def address(self, source: Source) -> str:
        return f"{settings.PUBLIC_URL}{reverse('lead-webhook', args=[source.slug])}"

    @admin.display(description=gettext_lazy("deliveries"))
    def deliveries_link(self, source: Source) -> SafeString:
        url = reverse("admin:leads_delivery_changelist")
        return format_html('<a href="{}?source__id__exact={}">{}</a>', url, source.pk, _("open"))

    @admin.display(description=gettext_lazy("turned away today"))
    def turned_away_today(self, source: Source) -> str:
        """Requests of which no delivery was kept, by the day in UTC."""
        words = {
            "unauthorized": _("credential missing or wrong"),
            "too_many_requests": _("over the rate"),
            "too_large": _("too large"),
        }
        counts = rate.refusals_today(source.slug) if source.pk else {}
        return ", ".join(f"{words[code]}: {count}" for code, count in counts.items()) or "—"

    @admin.display(description=gettext_lazy("how to send"))
    def how_to_send(self, source: Source) -> SafeString:
        if source.pk is None:
            return SafeString("—")
        return format_html(
            "<p>{}</p><pre>{}</pre>", kind_of(source).hint, curl_for(source, self.address(source), "$SECRET")
        )

    def _show_secrets(self, request: HttpRequest, source: Source, fresh: source_service.Secrets) -> None:
        """Once, right after they were made."""
        messages.warning(
            request,
            format_html(
                "{}<pre>{}\n{}\n\n{}</pre>",
                _("Copy the secrets of %s now; they are not shown again.") % source,
                fresh.bearer,
                fresh.signing,
                curl_for(source, self.address(source), fresh.bearer),
            ),
        )


@admin.register(MappingVersion)
class MappingVersionAdmin(ReadOnlyAdmin):
    list_display = ["source", "version", "user", "created_at"]
    list_filter = ["source", "created_at"]
    search_fields = ["source__name", "source__slug", "user__username"]
    list_select_related = ["source", "user"]


@admin.register(ScoringProfile)
class ScoringProfileAdmin(admin.ModelAdmin):
    """One row, so there is nothing to search or to filter: the points of the rules."""

    list_display = ["__str__", "hot_from", "warm_from", "budget_from", "budget_to"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ScoringProfile.objects.exists()


def curl_for(source: Source, address: str, secret: str) -> str:
    """A command to paste into a shell: it sends what a sender of this kind would."""
    example = EXAMPLES[kind_of(source).slug]
    # In double quotes the shell fills in `$SECRET`; the rest of the body must be left alone by it
    body = shlex.quote(example.body).replace(KEY_IN_BODY, f"'\"{secret}\"'")
    return (
        f'curl -X POST {address} \\\n  -H "Authorization: Bearer {secret}" \\\n'
        f"  -H 'Content-Type: {example.content_type}' \\\n  -d {body}"
    )
