"""Users and consultants."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from leads.models import Consultant, User


class ConsultantInline(admin.StackedInline):
    model = Consultant
    can_delete = False
    extra = 0


@admin.register(User)
class CrmUserAdmin(UserAdmin):
    inlines = [ConsultantInline]
    list_display = ["username", "first_name", "last_name", "is_staff", "is_active", "last_login"]
    fieldsets = [*UserAdmin.fieldsets, (_("Preferences"), {"fields": ["language"]})]


@admin.register(Consultant)
class ConsultantAdmin(admin.ModelAdmin):
    list_display = ["user", "is_accepting_leads", "max_open_leads", "typical_response_seconds", "is_active"]
    list_filter = ["is_accepting_leads", "user__is_active"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "user__email"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]

    @admin.display(boolean=True, description=_("active"), ordering="user__is_active")
    def is_active(self, consultant: Consultant) -> bool:
        return consultant.user.is_active
