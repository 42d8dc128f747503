"""The wire's rows: our numbers, the threads on them, and each message with what became of it."""

from whatsapp.models.arrival import Arrival
from whatsapp.models.consent import ConsentEvent
from whatsapp.models.conversation import Conversation
from whatsapp.models.line import Line
from whatsapp.models.message import Message, StatusReport
from whatsapp.models.template import Template

__all__ = ["Arrival", "ConsentEvent", "Conversation", "Line", "Message", "StatusReport", "Template"]
