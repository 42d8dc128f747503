"""Conversations, messages and consent: read here; changes of hands go through the services."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from leads.errors import CrmError
from leads.requests import user_of
from whatsapp import services
from whatsapp.models import ConsentEvent, Conversation, Message, StatusReport


class MessageInline(ReadOnlyInline):
    model = Message
    fields = ["seq", "created_at", "author", "kind", "body", "status", "error_text"]
    ordering = ["-seq"]


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = [
        "__str__",
        "line",
        "lead",
        "status",
        "stage",
        "consultant",
        "is_opted_out",
        "is_unreachable",
        "last_message_at",
    ]
    list_filter = ["status", "stage", "is_opted_out", "is_unreachable", "line", "consultant"]
    list_select_related = ["line", "lead", "consultant__user"]
    search_fields = ["profile_name", "client_address", "client_key", "lead__name", "lead__phone"]
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = [MessageInline]
    actions = ["take_over", "return_to_agent"]

    @admin.action(description=_("Take over: the agent stops"))
    def take_over(self, request: HttpRequest, conversations: QuerySet[Conversation]) -> None:
        self._each(request, conversations, services.take_over)

    @admin.action(description=_("Return to the agent"))
    def return_to_agent(self, request: HttpRequest, conversations: QuerySet[Conversation]) -> None:
        self._each(request, conversations, services.return_to_agent)

    def _each(self, request: HttpRequest, conversations: QuerySet[Conversation], service: Any) -> None:
        done = 0
        for conversation in conversations:
            try:
                service(conversation_id=conversation.pk, user=request.user)
                done += 1
            except CrmError as error:
                self.message_user(request, f"{conversation}: {error.detail}", messages.WARNING)
        text = ngettext(
            "%(count)d conversation changed hands.", "%(count)d conversations changed hands.", done
        )
        self.message_user(request, text % {"count": done})


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "conversation", "direction", "author", "body_start", "status", "error_text"]
    list_filter = ["direction", "author", "status", "kind", "created_at"]
    list_select_related = ["conversation"]
    search_fields = ["=sid", "body", "conversation__profile_name", "conversation__client_address"]
    show_full_result_count = False
    ordering = ["-created_at"]
    actions = ["retry"]

    @admin.display(description=_("text"))
    def body_start(self, message: Message) -> str:
        return message.body[:80] or f"[{message.kind}]"

    @admin.action(description=_("Send again what failed"))
    def retry(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        done = 0
        for message in chosen:
            try:
                services.retry_message(message_id=message.pk, user=user_of(request))
                done += 1
            except CrmError as error:
                self.message_user(request, f"{message}: {error.detail}", messages.WARNING)
        text = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", done)
        self.message_user(request, text % {"count": done})


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "client_key", "kind", "subject", "evidence"]
    list_filter = ["kind", "created_at"]
    search_fields = ["client_key", "evidence"]


@admin.register(StatusReport)
class StatusReportAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "line", "sid", "status", "error_code"]
    list_filter = ["line", "status"]
    list_select_related = ["line"]
    search_fields = ["=sid"]
