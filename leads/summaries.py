"""What was understood of a submission, as JSON to show beside the raw body and to compare after a replay."""

from typing import Any

from leads.cleaning import clean_tree
from leads.payload import LeadPayload


def summary_of(payload: LeadPayload) -> dict[str, Any]:
    """The fields that were given. Money as text, so that no digit is lost."""
    facts = {name: value for name, value in vars(payload).items() if value not in ("", None, {}, False)}
    if payload.value is not None:
        facts["value"] = str(payload.value)
    summary: dict[str, Any] = clean_tree(facts)
    return summary
