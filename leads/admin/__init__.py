"""The managers' pages of the ground."""

from leads.admin import (
    assignment,
    delivery,
    lead,
    notices,
    outbound,
    people,
    source,
    submissions,
    tokens,
)

__all__ = [
    "assignment",
    "delivery",
    "lead",
    "notices",
    "outbound",
    "people",
    "source",
    "submissions",
    "tokens",
]
