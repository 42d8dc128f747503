"""What the agent remembers of a conversation, and the trace of each decision."""

from typing import ClassVar

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agent.explaining import explain
from agent.models import AgentTurn, Dialogue, PlaybookVersion, Rehearsal
from agent.slot_names import names_in
from agent.turn_words import BRAINS, FAILURES, INTENTS
from leads.admin.filters import by_code
from leads.admin.in_words import listed
from leads.admin.read_only import ReadOnlyAdmin
from leads.languages import language_name
from leads.slot_lines import UNNAMED, slot_line
from leads.stored_words import named, said_again
from whatsapp.models import Conversation

STAGES = dict(Conversation.Stage.choices)


@admin.register(Dialogue)
class DialogueAdmin(ReadOnlyAdmin):
    list_display = ["thread", "playbook_version", "spoken", "paused_until", "returns_at"]
    list_filter = [by_code("language", language_name), "playbook_version"]
    fieldsets: ClassVar = [
        (None, {"fields": ["thread", "playbook_version", "spoken", "known", "paused_until", "returns_at"]}),
        (_("memory"), {"fields": ["memory"], "classes": ["collapse"]}),
    ]
    search_fields = ["conversation__profile_name", "conversation__client_address"]
    list_select_related = ["conversation", "playbook_version__playbook"]

    @admin.display(description=_("slots"))
    def known(self, dialogue: Dialogue) -> SafeString:
        names = names_in(dialogue.playbook_version.snapshot)
        slots = (dialogue.memory.get("slots") or {}).items()
        lines = (slot_line(key, slot, names.get(key, UNNAMED)) for key, slot in slots)
        return listed((line["label"], line["value"]) for line in lines)

    @admin.display(description=_("conversation"), ordering="conversation")
    def thread(self, dialogue: Dialogue) -> str:
        return str(dialogue.conversation)

    @admin.display(description=_("language"), ordering="language")
    def spoken(self, dialogue: Dialogue) -> str:
        return language_name(dialogue.language)


@admin.register(PlaybookVersion)
class PlaybookVersionAdmin(ReadOnlyAdmin):
    """Beside the playbook's own pages, which compare and roll back: all versions of all playbooks, by fingerprint."""

    list_display = ["playbook", "number", "published_at", "published_by", "sha256"]
    list_filter = ["playbook", "published_at"]
    search_fields = ["playbook__name", "sha256"]
    list_select_related = ["playbook", "published_by"]


@admin.register(Rehearsal)
class RehearsalAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "playbook", "state", "total", "user", "why_not"]
    told_by: ClassVar = {"error": "why_not"}
    list_filter = ["state", "playbook", "created_at"]
    search_fields = ["playbook__name", "sha256", "error"]
    list_select_related = ["playbook", "user"]

    @admin.display(description=_("error"), ordering="error")
    def why_not(self, rehearsal: Rehearsal) -> str:
        return said_again(rehearsal.error)


@admin.register(AgentTurn)
class AgentTurnAdmin(ReadOnlyAdmin):
    list_display = [
        "started_at",
        "conversation",
        "thinker",
        "outcome",
        "stood_at",
        "stands_at",
        "meant",
        "latency_ms",
        "what_failed",
    ]
    list_filter = [
        "outcome",
        by_code("brain", lambda code: named(code, BRAINS)),
        by_code("stage_after", lambda code: named(code, STAGES)),
        "started_at",
    ]
    search_fields = ["conversation__profile_name", "conversation__client_address"]
    list_select_related = ["conversation"]
    fields = [
        "conversation",
        "started_at",
        "ended_at",
        "outcome",
        "explanation",
        "meant",
        "input_tokens",
        "output_tokens",
        "raw_output",
        "prompt",
    ]

    @admin.display(description=_("brain"), ordering="brain")
    def thinker(self, turn: AgentTurn) -> str:
        return named(turn.brain, BRAINS)

    @admin.display(description=_("stage before"), ordering="stage_before")
    def stood_at(self, turn: AgentTurn) -> str:
        return named(turn.stage_before, STAGES)

    @admin.display(description=_("stage after"), ordering="stage_after")
    def stands_at(self, turn: AgentTurn) -> str:
        return named(turn.stage_after, STAGES)

    @admin.display(description=_("intent"), ordering="intent")
    def meant(self, turn: AgentTurn) -> str:
        return named(turn.intent, INTENTS)

    @admin.display(description=_("model failure"), ordering="failure")
    def what_failed(self, turn: AgentTurn) -> str:
        return named(turn.failure, FAILURES)

    @admin.display(description=_("why"))
    def explanation(self, turn: AgentTurn) -> str:
        return render_to_string("agent/why.html", {"why": explain(turn)})

    @admin.display(description=_("raw output"))
    def raw_output(self, turn: AgentTurn) -> str:
        return turn.trace.get("raw") or "–"

    @admin.display(description=_("fingerprint of the prompt"))
    def prompt(self, turn: AgentTurn) -> str:
        return turn.trace.get("prompt_sha256") or "–"
