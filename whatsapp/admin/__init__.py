"""The managers' pages of the wire."""

from whatsapp.admin import conversations, lines

__all__ = ["conversations", "lines"]
