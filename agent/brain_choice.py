"""Which brain answers: the model where one is configured, else the scripted one."""

from uuid import UUID

from agent.brains.llm import LLMBrain
from agent.brains.protocol import Brain
from agent.brains.scripted import ScriptedBrain
from agent.budget import Budget
from agent.endpoint import Endpoint


def choose_brain(conversation_id: UUID | str | None = None, endpoint: Endpoint | None = None) -> Brain:
    """A brain for a turn of the conversation, whose own budget then counts too.

    `endpoint` asks another model than the configured one, as `evaluate_agent` does.
    """
    endpoint = endpoint or Endpoint.from_settings()
    if not endpoint.is_configured:
        return ScriptedBrain()
    return LLMBrain(ScriptedBrain(), endpoint, Budget(conversation_id))
