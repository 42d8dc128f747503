"""Which brain answers: the model where one is configured, else the scripted one."""

from agent.brains.llm import LLMBrain
from agent.brains.protocol import Brain
from agent.brains.scripted import ScriptedBrain
from agent.budget import Budget
from agent.endpoint import Endpoint


def choose_brain(budget: Budget | None = None, endpoint: Endpoint | None = None) -> Brain:
    """A brain whose calls count against `budget`, everybody's day where none is given.

    `endpoint` asks another model than the configured one, as `evaluate_agent` does.
    """
    endpoint = endpoint or Endpoint.from_settings()
    if not endpoint.is_configured:
        return ScriptedBrain()
    return LLMBrain(ScriptedBrain(), endpoint, budget or Budget())
