"""Circles, and the ledger of who got which lead and why."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads import circle_layouts, circles
from leads.admin.in_words import DECISION, DecisionInWords, EventInWords
from leads.admin.merging import undo_chosen
from leads.admin.read_only import ReadOnlyAdmin
from leads.durations import lasting
from leads.models import (
    Assignment,
    AssignmentRule,
    CircleLayout,
    CircleTurn,
    Holiday,
    Lead,
    LeadEvent,
    LeadIdentity,
    RuleMember,
)
from leads.requests import user_of

COUNTED = {"pointer", "decisions", "leads_given"}


def _save_what_people_write(row: Model) -> None:
    """Leads are given out while somebody reads the form: what is counted meanwhile stays as it is."""
    fields = [field.name for field in row._meta.concrete_fields if not field.primary_key]
    row.save(update_fields=[name for name in fields if name not in COUNTED])


class SeatForms(BaseInlineFormSet):
    def clean(self) -> None:
        """Of a form that was sent twice, the second waits here for the first and then sees its seats."""
        super().clean()
        AssignmentRule.objects.select_for_update(no_key=True).filter(pk=self.instance.pk).first()
        shown = [form.instance.pk for form in self.initial_forms]
        added = RuleMember.objects.filter(rule=self.instance.pk).exclude(pk__in=shown)
        taken = set(added.values_list("consultant", flat=True))
        for form in self.extra_forms:
            if form.is_valid() and form.instance.consultant_id in taken:
                form.add_error("consultant", _("They have a seat in this circle already."))

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        seat = super().save_existing(form, obj, commit=False)
        if commit:
            _save_what_people_write(seat)
        return seat


class SeatInline(admin.TabularInline):
    model = RuleMember
    formset = SeatForms
    fields = ["position", "consultant", "weight", "leads_given"]
    readonly_fields = ["leads_given"]
    extra = 1


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(admin.ModelAdmin):
    list_display = ["name", "position", "strategy", "fallback", "is_active", "decisions"]
    list_editable = ["position", "is_active"]
    filter_horizontal = ["sources"]
    readonly_fields = ["pointer", "decisions"]
    inlines = [SeatInline]
    list_filter = ["is_active", "strategy", "sources"]
    search_fields = ["name", "members__consultant__user__first_name", "members__consultant__user__username"]
    fieldsets = [
        (None, {"fields": ["name", "position", "is_active", "strategy", "fallback", "returns_to_owner"]}),
        (
            _("How long a lead may wait"),
            {
                "fields": [("reply_minutes", "reply_grace_minutes", "reply_rounds"), "alert_minutes"],
                "description": _(
                    "A consultant who does not send a first reply in time is reminded; after that the lead goes on. "
                    "Moving the card to another status counts as a reply."
                ),
            },
        ),
        (
            _("Serves only leads that …"),
            {
                "fields": [
                    "sources",
                    "languages",
                    "cities",
                    "products",
                    "temperatures",
                    "creators",
                    ("min_value", "max_value"),
                ],
                "description": _(
                    "Every condition that is filled in must hold. Several words: separated by commas."
                ),
            },
        ),
        (_("Count"), {"fields": ["pointer", "decisions"]}),
    ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **named: Any) -> Any:
        """A temperature is chosen: a word that is none would serve nobody, and say nothing."""
        if db_field.name == "temperatures":
            return forms.MultipleChoiceField(
                choices=Lead.Temperature.choices,
                widget=forms.CheckboxSelectMultiple,
                required=False,
                label=capfirst(db_field.verbose_name),
                help_text=_("None: any."),
            )
        field = super().formfield_for_dbfield(db_field, request, **named)
        if field is not None and db_field.name == "languages":
            field.help_text = _("By their codes: pt, en, es. Empty: any.")
        return field

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **named: Any) -> Any:
        rule = named.get("obj")
        if rule and request.method == "GET" and not rule.members.exists():
            messages.warning(
                request,
                _("Nobody sits in this circle: nobody gets a lead by this rule until you add seats below."),
            )
        return super().render_change_form(request, context, *args, **named)

    def save_model(self, request: HttpRequest, obj: AssignmentRule, form: Any, change: bool) -> None:
        if change:
            _save_what_people_write(obj)
        else:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # After the seats are saved, in the request's transaction: no decision sees seats without their turns
        circles.arrange(form.instance, by=user_of(request))
        # Whoever stays on the page reads it there
        if "_continue" not in request.POST and not form.instance.members.exists():
            text = _("“%(rule)s” has no seats: nobody gets a lead by it.") % {"rule": form.instance}
            messages.warning(request, text)


@admin.register(Assignment)
class AssignmentAdmin(DecisionInWords, ReadOnlyAdmin):
    list_display = ["created_at", "lead", "why", "trigger", "user", "consultant", "outcome"]
    fields = [
        *("created_at", "lead", "why", "skipped", "outcome", "trigger", "user"),
        *("consultant", "previous_consultant", "rule", "pointer_before", "pointer_after"),
        *("open_leads", "expected_response", "notice"),
    ]
    readonly_fields = ["why", "skipped", "expected_response"]
    list_filter = ["outcome", "trigger", "rule", "consultant", "created_at"]
    search_fields = ["lead__name", "lead__phone", "reason"]
    list_select_related = DECISION

    @admin.display(description=_("expected response"))
    def expected_response(self, assignment: Assignment) -> str:
        seconds = assignment.estimated_response_seconds
        return lasting(None if seconds is None else timedelta(seconds=seconds))


@admin.register(CircleLayout)
class CircleLayoutAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "rule", "why", "pointer_before", "pointer_after", "user"]
    fields = ["created_at", "rule", "why", "pointer_before", "pointer_after", "user"]
    readonly_fields = ["why"]
    list_filter = ["rule", "created_at"]
    search_fields = ["reason", "rule__name"]
    list_select_related = ["rule", "user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CircleLayout]:
        earlier = CircleLayout.objects.filter(rule=OuterRef("rule"), pk__lt=OuterRef("pk")).order_by("-pk")
        return super().get_queryset(request).annotate(before=Subquery(earlier.values("turns")[:1]))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The names of a whole page are read at once."""
        page = super().get_changelist_instance(request)
        rows = list(page.result_list)
        names = circle_layouts.names_of({one for row in rows for one in (*(row.before or ()), *row.turns)})
        for row in rows:
            row.names = names
        page.result_list = rows
        return page

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, layout: Any) -> str:
        """In the reader's language; the row itself keeps English."""
        names = getattr(layout, "names", None)
        if names is None:
            names = circle_layouts.names_of({*(layout.before or ()), *layout.turns})
        return circle_layouts.what_changed(layout.before, layout.turns, names)


@admin.register(CircleTurn)
class CircleTurnAdmin(ReadOnlyAdmin):
    """The order in which the seats of a rule have their turns; its pointer stands at the last one taken."""

    list_display = ["rule", "position", "member"]
    list_filter = ["rule"]
    search_fields = [
        "rule__name",
        "member__consultant__user__username",
        "member__consultant__user__first_name",
    ]
    list_select_related = ["rule", "member__consultant__user"]
    ordering = ["rule", "position"]


@admin.register(LeadEvent)
class LeadEventAdmin(EventInWords, ReadOnlyAdmin):
    actions = [undo_chosen]
    fields = ["lead", "kind", "actor_kind", "user", "told", "created_at"]
    readonly_fields = ["told"]
    list_display = ["created_at", "lead", "kind", "actor_kind", "user"]
    list_filter = ["kind", "actor_kind", "created_at"]
    search_fields = ["lead__name", "lead__phone"]
    list_select_related = ["lead", "user"]


@admin.register(LeadIdentity)
class LeadIdentityAdmin(ReadOnlyAdmin):
    list_display = ["shown", "kind", "lead"]
    list_filter = ["kind"]
    search_fields = ["shown", "key", "lead__name"]
    list_select_related = ["lead"]


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ["date", "name"]
    list_filter = ["date"]
    search_fields = ["name"]
    date_hierarchy = "date"
    fieldsets = [
        (
            None,
            {
                "fields": ["date", "name"],
                "description": _("Nobody who keeps working hours gets leads on this day; others do."),
            },
        )
    ]
