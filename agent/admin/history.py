"""What the agent remembers of a conversation, and the trace of each decision."""

from django.contrib import admin

from agent.models import AgentTurn, Dialogue
from leads.admin.read_only import ReadOnlyAdmin


@admin.register(Dialogue)
class DialogueAdmin(ReadOnlyAdmin):
    list_display = ["conversation", "playbook_version", "language", "paused_until", "returns_at"]
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
