"""The managers' pages of the ground."""

from leads.admin import assignment, delivery, lead, notices, outbound, people, source, tokens

__all__ = ["assignment", "delivery", "lead", "notices", "outbound", "people", "source", "tokens"]
