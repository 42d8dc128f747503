"""What is known of a lead, for people: learned facts with the client's words, reasons, where they came from."""

from collections.abc import Mapping
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from kanban.history import assignment_sentence
from kanban.slot_words import CHOICES, LABELS, WITH_CHOICES
from leads.models import Assignment, Lead
from leads.scoring import REASONS

# Below this a number may be a year or a postcode.
FIRST_GROUPED = 10_000
UNKNOWN = "–"


def lead_sheet(lead: Lead) -> dict[str, Any]:
    """`slots` are `{label, value, quote}`; `attribution` and `extra` are pairs of label and value."""
    assignment = Assignment.objects.filter(lead=lead).select_related("rule", "consultant__user").first()
    return {
        "slots": [slot_line(key, slot) for key, slot in lead.slots.items()],
        "reasons": [reason_in_words(reason) for reason in lead.classification.get("reasons", [])],
        "classified_by": lead.classification.get("source", "rules"),
        "attribution": _pairs(lead.attribution),
        "extra": _pairs(lead.extra),
        "assignment": assignment,
        "assignment_sentence": _why_assigned(assignment) if assignment else "",
        "response_minutes": _minutes(assignment.estimated_response_seconds if assignment else None),
    }


def _why_assigned(assignment: Assignment) -> str:
    consultant = str(assignment.consultant) if assignment.consultant else ""
    return assignment_sentence(
        consultant, assignment.rule.name if assignment.rule else "", assignment.passed_over
    )


def _minutes(seconds: int | None) -> int:
    return max(1, round((seconds or 0) / 60))


def slot_line(key: str, slot: Any) -> dict[str, str]:
    """A slot is `{value, quote, …}`; a bare value is shown as it is."""
    facts = slot if isinstance(slot, Mapping) else {"value": slot}
    value = facts.get("value")
    choice = CHOICES.get(value) if key in WITH_CHOICES and isinstance(value, str) else None
    return {
        "label": str(LABELS.get(key) or _words(key)),
        "value": str(choice or shown(value)),
        "quote": str(facts.get("quote") or facts.get("evidence") or ""),
    }


def reason_in_words(reason: Any) -> str:
    """Reasons of the rules in the reader's language, those of a model as it gave them."""
    if not isinstance(reason, Mapping):
        return str(reason)
    known = REASONS.get(reason.get("code", ""))
    return str(known or reason.get("text", ""))


def shown(value: Any) -> str:
    """A JSON value as a person would write it."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return formats.number_format(value, use_l10n=True, force_grouping=abs(value) >= FIRST_GROUPED)
    if isinstance(value, Mapping) and set(value) == {"min", "max"}:
        return _range(shown(value["min"]), shown(value["max"]))
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(name)}: {shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(shown(part) for part in value)
    return str(value)


def _range(lowest: str, highest: str) -> str:
    if lowest == UNKNOWN:
        return _("up to %(highest)s") % {"highest": highest} if highest != UNKNOWN else UNKNOWN
    if highest == UNKNOWN:
        return _("from %(lowest)s") % {"lowest": lowest}
    return lowest if lowest == highest else f"{lowest} – {highest}"


def _pairs(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(_words(name), shown(value)) for name, value in facts.items() if value not in ("", None, [], {})]


def _words(name: str) -> str:
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
