"""The managers' pages of the agent: playbooks, and why it said what it said."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agent import playbooks
from agent.models import AgentTurn, Dialogue, KnowledgeSnippet, Notification, Playbook, PlaybookVersion
from leads.admin.read_only import ReadOnlyAdmin
from leads.errors import CrmError, InvalidError
from leads.requests import user_of


class SnippetInline(admin.TabularInline):
    model = KnowledgeSnippet
    fields = ["title", "body", "language", "is_active"]
    extra = 0


@admin.register(Playbook)
class PlaybookAdmin(admin.ModelAdmin):
    list_display = ["name", "domain", "is_default", "current", "updated_at"]
    search_fields = ["name", "domain"]
    readonly_fields = ["current"]
    inlines = [SnippetInline]
    actions = ["publish"]

    @admin.action(description=_("Publish the draft as a new version"))
    def publish(self, request: HttpRequest, chosen: QuerySet[Playbook]) -> None:
        for playbook in chosen:
            try:
                version = playbooks.publish(playbook, user=user_of(request))
            except InvalidError as error:
                reasons = " ".join(map(str, (error.fields or {}).get("draft", [])))
                messages.error(request, f"{playbook}: {error.detail} {reasons}")
            except CrmError as error:
                messages.error(request, f"{playbook}: {error.detail}")
            else:
                messages.success(request, _("Published: %(version)s") % {"version": version})


@admin.register(PlaybookVersion)
class PlaybookVersionAdmin(ReadOnlyAdmin):
    list_display = ["playbook", "number", "published_at", "published_by", "sha256"]
    list_filter = ["playbook"]
    actions = ["use_again"]

    @admin.action(description=_("Use this version again for new conversations"))
    def use_again(self, request: HttpRequest, chosen: QuerySet[PlaybookVersion]) -> None:
        for version in chosen.select_related("playbook")[:1]:
            playbooks.roll_back(version.playbook, version)
            messages.success(request, _("In use again: %(version)s") % {"version": version})


@admin.register(Dialogue)
class DialogueAdmin(ReadOnlyAdmin):
    list_display = ["conversation", "playbook_version", "language", "paused_until"]
    list_filter = ["language", "playbook_version"]
    search_fields = ["conversation__profile_name", "conversation__client_address"]
    list_select_related = ["conversation", "playbook_version__playbook"]


@admin.register(AgentTurn)
class AgentTurnAdmin(ReadOnlyAdmin):
    list_display = [
        "started_at",
        "conversation",
        "brain",
        "outcome",
        "stage_before",
        "stage_after",
        "intent",
        "latency_ms",
        "failure",
    ]
    list_filter = ["outcome", "brain", "stage_after", "started_at"]
    search_fields = ["conversation__profile_name", "conversation__client_address"]
    list_select_related = ["conversation"]


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "person", "channel", "state", "title", "attempts", "error"]
    list_filter = ["state", "channel", "notice__kind", "created_at"]
    search_fields = ["title", "notice__user__username", "notice__user__first_name"]
    list_select_related = ["notice__user"]

    @admin.display(description=_("for"), ordering="notice__user")
    def person(self, notification: Notification) -> str:
        return str(notification.notice.user)
