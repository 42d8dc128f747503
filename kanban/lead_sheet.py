"""What is known of a lead, for people: learned facts with the client's words, reasons, where they came from."""

from collections.abc import Mapping
from typing import Any

from leads.decision_words import decision_in_words, facts_of
from leads.languages import language_name
from leads.models import Assignment, Lead
from leads.scoring import reason_in_words
from leads.slot_lines import capitalised, interest_in_words, names_for, shown, slot_lines

LEDGER = ("rule", "consultant__user", "previous_consultant__user", "user")


def lead_sheet(lead: Lead) -> dict[str, Any]:
    """`slots` are `{label, value, quote}`; `attribution` and `extra` are pairs of label and value."""
    assignment = Assignment.objects.filter(lead=lead).select_related(*LEDGER).first()
    names = names_for(lead)
    return {
        "slots": slot_lines(lead, names),
        "interest": interest_in_words(lead.product, lead.slots, names),
        "language": language_name(lead.language),
        "reasons": [reason_in_words(reason) for reason in lead.classification.get("reasons", [])],
        "classified_by": lead.classification.get("source", "rules"),
        "attribution": _pairs(lead.attribution),
        "extra": _pairs(lead.extra),
        "assignment": assignment,
        "assignment_sentence": decision_in_words(facts_of(assignment)) if assignment else "",
        "response_minutes": _minutes(assignment.estimated_response_seconds if assignment else None),
    }


def _minutes(seconds: int | None) -> int:
    return max(1, round((seconds or 0) / 60))


def _pairs(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (capitalised(name), shown(value)) for name, value in facts.items() if value not in ("", None, [], {})
    ]
