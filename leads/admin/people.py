"""Users and consultants."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.models import Absence, Consultant, NoticePreferences, User, WorkingHours
from leads.requests import user_of
from leads.services import leaving


class ConsultantInline(admin.StackedInline):
    model = Consultant
    can_delete = False
    extra = 0


class NoticePreferencesInline(admin.StackedInline):
    model = NoticePreferences
    can_delete = False
    extra = 0


class WorkingHoursInline(admin.TabularInline):
    model = WorkingHours
    extra = 0


class AbsenceInline(admin.TabularInline):
    model = Absence
    extra = 0


@admin.register(User)
class CrmUserAdmin(UserAdmin):
    inlines = [ConsultantInline, NoticePreferencesInline]
    list_display = ["username", "first_name", "last_name", "is_staff", "is_active", "last_login"]
    fieldsets = [*(UserAdmin.fieldsets or ()), (_("Preferences"), {"fields": ["language"]})]


@admin.register(Consultant)
class ConsultantAdmin(admin.ModelAdmin):
    list_display = ["user", "is_accepting_leads", "max_open_leads", "typical_response_seconds", "is_active"]
    list_filter = ["is_accepting_leads", "user__is_active"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "user__email"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    inlines = [WorkingHoursInline, AbsenceInline]
    actions = ["give_leads_away"]

    @admin.action(description=_("Stop giving them leads, and give their open leads to colleagues"))
    def give_leads_away(self, request: HttpRequest, chosen: QuerySet[Consultant]) -> None:
        for consultant in chosen.select_related("user"):
            count = leaving.redistribute(user=user_of(request), consultant=consultant)
            text = ngettext(
                "%(name)s: %(count)d lead given away.", "%(name)s: %(count)d leads given away.", count
            )
            messages.success(request, text % {"name": consultant, "count": count})

    @admin.display(boolean=True, description=_("active"), ordering="user__is_active")
    def is_active(self, consultant: Consultant) -> bool:
        return consultant.user.is_active
