"""Conversations, messages and consent: read here; changes of hands go through the services."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.admin.filters import by_code
from leads.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from leads.errors import CrmError
from leads.event_words import HANDOFF_REASONS
from leads.requests import user_of
from leads.stored_words import named
from whatsapp import services
from whatsapp.kind_words import kind_in_words
from whatsapp.models import ConsentEvent, Conversation, Message, StatusReport
from whatsapp.refusals import text_for


class MessageInWords:
    @admin.display(description=_("kind"), ordering="kind")
    def sort(self, message: Message) -> str:
        return kind_in_words(message.kind)

    @admin.display(description=_("error"), ordering="error_code")
    def why_not(self, message: Message) -> str:
        """As on the desk; what the provider said itself stands on the message's page."""
        return text_for(message) or message.error_text


class MessageInline(MessageInWords, ReadOnlyInline):
    model = Message
    fields = ["seq", "created_at", "author", "sort", "body", "status", "why_not"]
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
    told_by: ClassVar = {"handoff_reason": "why_handed_over"}

    @admin.display(description=_("handoff reason"), ordering="handoff_reason")
    def why_handed_over(self, conversation: Conversation) -> str:
        return named(conversation.handoff_reason, HANDOFF_REASONS)

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
class MessageAdmin(MessageInWords, ReadOnlyAdmin):
    list_display = ["created_at", "conversation", "direction", "author", "body_start", "status", "why_not"]
    list_filter = ["direction", "author", "status", by_code("kind", kind_in_words), "created_at"]
    told_by: ClassVar = {"kind": "sort", "retry_of": "again"}
    list_select_related = ["conversation"]
    search_fields = ["=sid", "body", "conversation__profile_name", "conversation__client_address"]
    show_full_result_count = False
    ordering = ["-created_at"]
    actions = ["retry"]

    @admin.display(description=_("text"))
    def body_start(self, message: Message) -> str:
        return message.body[:80] or f"[{kind_in_words(message.kind)}]"

    @admin.display(description=_("sent again for"))
    def again(self, message: Message) -> str:
        return str(message.retry_of or "-")

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
