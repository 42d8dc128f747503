"""The managers' pages of the ground."""

from leads.admin import assignment, lead, people

__all__ = ["assignment", "lead", "people"]
