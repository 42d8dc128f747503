"""The managers' pages of the wire."""

from whatsapp.admin import arrivals, conversations, lines, templates

__all__ = ["arrivals", "conversations", "lines", "templates"]
