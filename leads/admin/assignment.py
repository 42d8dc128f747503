"""Circles, and the ledger of who got which lead and why."""

from django.contrib import admin

from leads.admin.read_only import ReadOnlyAdmin
from leads.models import Assignment, AssignmentRule, LeadEvent, LeadIdentity, RuleMember


class SeatInline(admin.TabularInline):
    model = RuleMember
    fields = ["position", "consultant", "leads_given"]
    readonly_fields = ["leads_given"]
    extra = 1


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(admin.ModelAdmin):
    list_display = ["name", "position", "is_active", "decisions"]
    list_editable = ["position", "is_active"]
    filter_horizontal = ["sources"]
    readonly_fields = ["pointer", "decisions"]
    inlines = [SeatInline]
    search_fields = ["name"]


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "lead", "consultant", "outcome", "reason", "trigger", "user"]
    list_filter = ["outcome", "trigger", "rule", "consultant", "created_at"]
    search_fields = ["lead__name", "lead__phone", "reason"]
    list_select_related = ["lead", "consultant__user", "user"]


@admin.register(LeadEvent)
class LeadEventAdmin(ReadOnlyAdmin):
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
