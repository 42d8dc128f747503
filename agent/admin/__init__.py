"""The managers' pages of the agent: playbooks, what it knows, and why it said what it said."""

from agent.admin.history import AgentTurnAdmin, DialogueAdmin
from agent.admin.knowledge import KnowledgeSnippetAdmin, UnansweredQuestionAdmin
from agent.admin.notifications import NotificationAdmin
from agent.admin.playbook import PlaybookAdmin

__all__ = [
    "AgentTurnAdmin",
    "DialogueAdmin",
    "KnowledgeSnippetAdmin",
    "NotificationAdmin",
    "PlaybookAdmin",
    "UnansweredQuestionAdmin",
]
