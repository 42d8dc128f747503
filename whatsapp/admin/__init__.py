"""The managers' pages of the wire."""

from whatsapp.admin import conversations, lines, templates

__all__ = ["conversations", "lines", "templates"]
