"""API tokens: who has one. The token itself is shown to nobody."""

from django.contrib import admin
from django.http import HttpRequest
from rest_framework.authtoken.models import TokenProxy

admin.site.unregister(TokenProxy)


@admin.register(TokenProxy)
class TokenAdmin(admin.ModelAdmin):
    list_display = ["user", "created"]
    fields = ["user", "created"]
    readonly_fields = ["user", "created"]
    list_filter = ["created", "user__is_active"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    list_select_related = ["user"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever has the password gets one from the API; see `POST /api/auth/token/`."""
        return False
