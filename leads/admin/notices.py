"""What people were told, or are to be told."""

from typing import ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from leads.admin.read_only import ReadOnlyAdmin
from leads.models import Notice
from leads.notice_words import reason_of, title_of


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """How each channel fared with a notice is in the agent's notifications."""

    list_display = ["created_at", "user", "kind", "lead", "state", "seen_at"]
    list_filter = ["kind", "state", "created_at"]
    search_fields = ["user__username", "user__first_name", "lead__name", "lead__phone", "key"]
    list_select_related = ["user", "lead"]
    told_by: ClassVar = {"facts": "said"}

    @admin.display(description=_("text"))
    def said(self, notice: Notice) -> str:
        return f"{title_of(notice)}. {reason_of(notice)}".strip()
