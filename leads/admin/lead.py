"""Leads, their statuses and their history. Facts are edited here; moves and assignments go through actions."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export.admin import ExportActionMixin
from import_export.resources import ModelResource

from leads.admin.assigning import GivingForm, give_to_the_chosen, give_to_the_next, who_would_get_it
from leads.admin.filters import ORIGIN_FILTERS, FilteredByConsultant
from leads.admin.in_words import DECISION, DecisionInWords, EventInWords, LeadInWords
from leads.admin.merging import merge_chosen
from leads.admin.read_only import ReadOnlyInline
from leads.api.filters import with_words
from leads.errors import CrmError
from leads.languages import language_name
from leads.models import Assignment, Lead, LeadEvent, LeadIdentity, Status
from leads.models.lead import LeadQuerySet
from leads.requests import user_of
from leads.services import board, editing
from leads.slot_lines import interest_of
from leads.stored_words import said_again

EXPORTED = [
    "id", "name", "phone", "email", "status", "consultant__user__username", "source__slug", "temperature", "score",
    "product", "city", "value", "created_at", "assigned_at", "first_response_at", "closed_at",
]  # fmt: skip


class LeadResource(ModelResource):
    class Meta:
        model = Lead
        fields = EXPORTED
        export_order = EXPORTED


class IdentityInline(ReadOnlyInline):
    model = LeadIdentity
    fields = ["kind", "shown"]


class AssignmentInline(DecisionInWords, ReadOnlyInline):
    model = Assignment
    fields = ["created_at", "consultant", "why", "trigger", "user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        return super().get_queryset(request).select_related(*DECISION)


class EventInline(EventInWords, ReadOnlyInline):
    model = LeadEvent
    fields = ["created_at", "kind", "actor_kind", "user", "told"]

    @cached_property
    def known_columns(self) -> Mapping[str, str]:
        return super().columns()

    def columns(self) -> Mapping[str, str]:
        """Asked once for all rows of a lead: an inline is made anew for each request."""
        return self.known_columns


@admin.register(Lead)
class LeadAdmin(LeadInWords, FilteredByConsultant, ExportActionMixin, admin.ModelAdmin):
    resource_classes = [LeadResource]
    list_display = [
        "name",
        "phone",
        "status",
        "consultant",
        "temperature",
        "score",
        "came_from",
        "waiting_since",
        "created_at",
    ]
    list_filter = [
        "status",
        "temperature",
        "source",
        "is_spam",
        "consultant",
        *ORIGIN_FILTERS,
        ("awaits_consultant_since", admin.EmptyFieldListFilter),
        "created_at",
    ]
    search_fields = ["name", "phone", "email", "product"]
    list_select_related = ["status", "consultant__user", "source"]
    date_hierarchy = "created_at"
    list_per_page = 50
    # Counting all leads takes longer than finding those of the page
    show_full_result_count = False
    inlines = [IdentityInline, AssignmentInline, EventInline]
    action_form = GivingForm
    actions = [who_would_get_it, give_to_the_next, give_to_the_chosen, "archive", merge_chosen]
    fieldsets = [
        (None, {"fields": ["name", "phone", "email", "status", "consultant"]}),
        (_("What they want"), {"fields": ["product", "value", "city", "message", "language", "learned"]}),
        (_("Classification"), {"fields": ["temperature", "score", "why_so", "is_spam"]}),
        (_("Where it stands"), {"fields": ["assigned_at", "waiting_since", "closed_at", "archived_at"]}),
        (_("Origin"), {"fields": ["source", "creator", "brought_by", "came_along", "created_at"]}),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str
    ) -> tuple[QuerySet[Lead], bool]:
        """What the board's search finds, the end of a phone included, comes on top of the fields."""
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        if search_term:
            found |= with_words(cast(LeadQuerySet, queryset), search_term)
        return found, has_duplicates

    def get_form(
        self, request: HttpRequest, obj: Lead | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """What a code in a field stands for is said beneath it."""
        form = super().get_form(request, obj, change, **kwargs)
        told = {"language": language_name(obj.language), "product": interest_of(obj)} if obj else {}
        for name, words in told.items():
            if name in form.base_fields and words.casefold() != getattr(obj, name).casefold():
                # Django prints a help text as it stands
                form.base_fields[name].help_text = escape(words)
        return form

    @admin.display(description=_("source"), ordering="source__name")
    def came_from(self, lead: Lead) -> str:
        """Who has none wrote to us."""
        return said_again(lead.source.name) if lead.source else "WhatsApp"

    def get_readonly_fields(self, request: HttpRequest, obj: Lead | None = None) -> list[str]:
        return [name for name in flatten_fieldsets(self.fieldsets) if name not in editing.EDITABLE]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Lead | None = None) -> bool:
        """Archived, not deleted: the ledgers that name it are kept."""
        return False

    def save_model(self, request: HttpRequest, obj: Lead, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        editing.edit_lead(user=user_of(request), lead_id=obj.pk, changes=changes)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refused edit is neither logged nor called a success: the lead's page opens again as it stands."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except CrmError as error:
            messages.error(request, str(error.detail))
            return HttpResponseRedirect(request.get_full_path())

    @admin.action(description=_("Archive"))
    def archive(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        count = 0
        for lead in leads:
            try:
                board.archive_lead(user=user_of(request), lead_id=lead.pk)
                count += 1
            except CrmError as error:
                messages.error(request, f"{lead}: {error.detail}")
        if count:
            messages.success(request, ngettext("%d lead archived.", "%d leads archived.", count) % count)


@admin.register(Status)
class StatusAdmin(admin.ModelAdmin):
    list_display = ["called", "slug", "kind", "position"]
    list_editable = ["position"]
    list_filter = ["kind"]
    search_fields = ["name"]

    @admin.display(description=_("name"), ordering="name")
    def called(self, status: Status) -> str:
        """As the board calls it."""
        return status.title

    def get_readonly_fields(self, request: HttpRequest, obj: Status | None = None) -> list[str]:
        """The slug is what leads and outside systems refer to: fixed once it exists. With leads in it, the kind
        too: each was opened or closed with all that follows from it, which a form of the column does not do."""
        if obj is None:
            return []
        return ["slug", "kind"] if obj.lead_set.exists() else ["slug"]

    def get_fieldsets(self, request: HttpRequest, obj: Status | None = None) -> Any:
        why = _(
            "The kind cannot be changed while leads stand in this column. Move them to another one first."
        )
        is_fixed = obj is not None and "kind" in self.get_readonly_fields(request, obj)
        fields = {"fields": ["slug", "name", "position", "kind"]}
        return [(None, fields | ({"description": why} if is_fixed else {}))]
