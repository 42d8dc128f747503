"""What was sent to people, by which channel."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agent.models import Notification
from leads.admin.read_only import ReadOnlyAdmin


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "person", "channel", "state", "title", "attempts", "error"]
    list_filter = ["state", "channel", "notice__kind", "created_at"]
    search_fields = ["title", "notice__user__username", "notice__user__first_name"]
    list_select_related = ["notice__user"]

    @admin.display(description=_("for"), ordering="notice__user")
    def person(self, notification: Notification) -> str:
        return str(notification.notice.user)
