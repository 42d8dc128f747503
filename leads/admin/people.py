"""Users and consultants."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.errors import NotAllowedError
from leads.models import Absence, Assignment, Consultant, Lead, NoticePreferences, User, WorkingHours
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


class KeptWithHistory(admin.ModelAdmin):
    """Whoever has or had leads is deactivated, not deleted: their leads would be nobody's, and unseen."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Many at once, too."""
        # Django's action asks `has_delete_permission` of no row, only of the model
        tree, counts, needed, protected = super().get_deleted_objects(objs, request)
        return tree, counts, needed, [*protected, *(str(one) for one in objs if _has_history(one.pk))]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and _has_history(obj.pk))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **named: Any) -> Any:
        obj = named.get("obj")
        if obj and request.method == "GET" and _has_history(obj.pk):
            messages.info(
                request,
                _("Whoever has leads cannot be deleted. Give the leads away and deactivate the user."),
            )
        return super().render_change_form(request, context, *args, **named)


def _has_history(user_id: int) -> bool:
    """A consultant has the id of their user."""
    decided = Q(consultant=user_id) | Q(previous_consultant=user_id) | Q(user=user_id)
    return Lead.objects.filter(consultant=user_id).exists() or Assignment.objects.filter(decided).exists()


@admin.register(User)
class CrmUserAdmin(KeptWithHistory, UserAdmin):
    inlines = [ConsultantInline, NoticePreferencesInline]
    list_display = ["username", "first_name", "last_name", "is_staff", "is_active", "last_login"]
    fieldsets = [*(UserAdmin.fieldsets or ()), (_("Preferences"), {"fields": ["language"]})]


@admin.register(Consultant)
class ConsultantAdmin(KeptWithHistory):
    list_display = ["user", "is_accepting_leads", "max_open_leads", "typical_response_seconds", "is_active"]
    list_filter = ["is_accepting_leads", "user__is_active"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "user__email"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    inlines = [WorkingHoursInline, AbsenceInline]
    actions = ["give_leads_away"]

    @admin.action(description=_("Stop giving them leads, and give their open leads to colleagues"))
    def give_leads_away(self, request: HttpRequest, chosen: QuerySet[Consultant]) -> None:
        try:
            for consultant in chosen.select_related("user"):
                self._give_away(request, consultant)
        except NotAllowedError as refusal:
            messages.error(request, str(refusal.detail))

    def _give_away(self, request: HttpRequest, consultant: Consultant) -> None:
        count = leaving.redistribute(user=user_of(request), consultant=consultant)
        text = ngettext(
            "%(name)s: %(count)d lead given away.", "%(name)s: %(count)d leads given away.", count
        )
        messages.success(request, text % {"name": consultant, "count": count})

    @admin.display(boolean=True, description=_("active"), ordering="user__is_active")
    def is_active(self, consultant: Consultant) -> bool:
        return consultant.user.is_active
