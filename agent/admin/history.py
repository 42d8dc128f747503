"""What the agent remembers of a conversation, and the trace of each decision."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from agent.explaining import explain
from agent.models import AgentTurn, Dialogue, PlaybookVersion, Rehearsal
from leads.admin.read_only import ReadOnlyAdmin


@admin.register(Dialogue)
class DialogueAdmin(ReadOnlyAdmin):
    list_display = ["conversation", "playbook_version", "language", "paused_until", "returns_at"]
    list_filter = ["language", "playbook_version"]
    search_fields = ["conversation__profile_name", "conversation__client_address"]
    list_select_related = ["conversation", "playbook_version__playbook"]


@admin.register(PlaybookVersion)
class PlaybookVersionAdmin(ReadOnlyAdmin):
    """Beside the playbook's own pages, which compare and roll back: all versions of all playbooks, by fingerprint."""

    list_display = ["playbook", "number", "published_at", "published_by", "sha256"]
    list_filter = ["playbook", "published_at"]
    search_fields = ["playbook__name", "sha256"]
    list_select_related = ["playbook", "published_by"]


@admin.register(Rehearsal)
class RehearsalAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "playbook", "state", "total", "user", "error"]
    list_filter = ["state", "playbook", "created_at"]
    search_fields = ["playbook__name", "sha256", "error"]
    list_select_related = ["playbook", "user"]


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
    fields = [
        "conversation",
        "started_at",
        "ended_at",
        "outcome",
        "explanation",
        "intent",
        "input_tokens",
        "output_tokens",
        "raw_output",
        "prompt",
    ]

    @admin.display(description=_("why"))
    def explanation(self, turn: AgentTurn) -> str:
        return render_to_string("agent/why.html", {"why": explain(turn)})

    @admin.display(description=_("raw output"))
    def raw_output(self, turn: AgentTurn) -> str:
        return turn.trace.get("raw") or "–"

    @admin.display(description=_("fingerprint of the prompt"))
    def prompt(self, turn: AgentTurn) -> str:
        return turn.trace.get("prompt_sha256") or "–"
