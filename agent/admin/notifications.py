"""What was sent to people, by which channel, and to which browsers."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agent import push_keys, telling
from agent.models import Notification, PushKey, PushSubscription
from agent.notice_reasons import in_words
from leads.admin.read_only import ReadOnlyAdmin


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "person", "channel", "state", "title", "attempts", "why", "next_attempt_at"]
    list_filter = ["state", "channel", "notice__kind", "created_at"]
    search_fields = ["title", "notice__user__username", "notice__user__first_name"]
    list_select_related = ["notice__user"]
    actions = ["send_again"]

    @admin.display(description=_("for"), ordering="notice__user")
    def person(self, notification: Notification) -> str:
        return str(notification.notice.user)

    @admin.display(description=_("why"), ordering="error")
    def why(self, notification: Notification) -> str:
        return in_words(notification.error)

    @admin.action(description=_("Send again, even where it may have arrived"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[Notification]) -> None:
        count = telling.send_again(chosen)
        text = ngettext("%(count)d will be sent again.", "%(count)d will be sent again.", count)
        messages.success(request, text % {"count": count})


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["user", "device", "created_at", "last_sent_at", "last_error"]
    fields = ["user", "device", "created_at", "last_sent_at", "last_error"]
    list_filter = ["created_at", ("last_error", admin.EmptyFieldListFilter)]
    search_fields = ["user__username", "user__first_name", "device"]
    list_select_related = ["user"]


@admin.register(PushKey)
class PushKeyAdmin(ReadOnlyAdmin):
    """Which key browsers know this installation by; the private half is never shown."""

    list_display = ["public_half", "created_at"]
    fields = ["public_half", "created_at"]

    @admin.display(description=_("public key"))
    def public_half(self, key: PushKey) -> str:
        return push_keys.public_half_of(key)
