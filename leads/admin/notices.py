"""What people were told, or are to be told."""

from django.contrib import admin

from leads.admin.read_only import ReadOnlyAdmin
from leads.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """How each channel fared with a notice is in the agent's notifications."""

    list_display = ["created_at", "user", "kind", "lead", "state", "seen_at"]
    list_filter = ["kind", "state", "created_at"]
    search_fields = ["user__username", "user__first_name", "lead__name", "lead__phone", "key"]
    list_select_related = ["user", "lead"]
