"""The agent's rows: what managers configure, what it remembers, why it said what it said."""

from agent.models.dialogue import AgentTurn, Dialogue
from agent.models.knowledge import KnowledgeSnippet, UnansweredQuestion
from agent.models.notification import Notification, PushKey, PushSubscription
from agent.models.playbook import Playbook, PlaybookVersion
from agent.models.rehearsal import Rehearsal

__all__ = [
    "AgentTurn",
    "Dialogue",
    "KnowledgeSnippet",
    "Notification",
    "Playbook",
    "PlaybookVersion",
    "PushKey",
    "PushSubscription",
    "Rehearsal",
    "UnansweredQuestion",
]
