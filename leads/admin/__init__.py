"""The managers' pages of the ground."""

from leads.admin import assignment, delivery, lead, outbound, people, source

__all__ = ["assignment", "delivery", "lead", "outbound", "people", "source"]
