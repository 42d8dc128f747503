"""Stored facts as people read them: a line for each, no JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from leads.decision_words import decision_in_words, facts_of, why_passed_over
from leads.event_words import facts_in_words
from leads.models import Assignment, Lead, LeadEvent, Status
from leads.scoring import reason_in_words
from leads.slot_lines import capitalised, shown, slot_lines

# What `decision_in_words` asks a row of the ledger for
DECISION = ("lead", "rule", "consultant__user", "previous_consultant__user", "user")


def listed(pairs: Iterable[tuple[Any, str]]) -> SafeString:
    """Label and text, line by line."""
    rows = format_html_join("", "<li><strong>{}:</strong> {}</li>", pairs)
    return _as_list(rows)


def _as_list(rows: SafeString) -> SafeString:
    return format_html('<ul class="facts">{}</ul>', rows) if rows else SafeString("—")


def facts_listed(facts: Mapping[str, Any]) -> SafeString:
    return listed(
        (capitalised(name), shown(value)) for name, value in facts.items() if value not in ("", None, [], {})
    )


class LeadInWords:
    """Columns of the lead's page."""

    @admin.display(description=_("classification"))
    def why_so(self, lead: Lead) -> SafeString:
        reasons = ((reason_in_words(reason),) for reason in lead.classification.get("reasons", []))
        return _as_list(format_html_join("", "<li>{}</li>", reasons))

    @admin.display(description=_("slots"))
    def learned(self, lead: Lead) -> SafeString:
        return listed(
            (line["label"], f"{line['value']} (“{line['quote']}”)" if line["quote"] else line["value"])
            for line in slot_lines(lead)
        )

    @admin.display(description=_("attribution"))
    def brought_by(self, lead: Lead) -> SafeString:
        return facts_listed(lead.attribution)

    @admin.display(description=_("everything else that came"))
    def came_along(self, lead: Lead) -> SafeString:
        return facts_listed(lead.extra)


class EventInWords:
    @admin.display(description=_("facts"))
    def told(self, event: LeadEvent) -> SafeString | str:
        if event.kind == LeadEvent.Kind.ASSIGNED:
            return decision_in_words(event.data)
        return listed(facts_in_words(event, self.columns()))

    def columns(self) -> Mapping[str, str]:
        """The names of the board's columns by their slugs."""
        return {status.slug: status.title for status in Status.objects.all()}


class DecisionInWords:
    @admin.display(description=_("reason"), ordering="reason")
    def why(self, assignment: Assignment) -> str:
        """In the reader's language; the ledger itself keeps one English sentence."""
        return decision_in_words(facts_of(assignment))

    @admin.display(description=_("passed over"))
    def skipped(self, assignment: Assignment) -> SafeString:
        return listed((_seat(seat), why_passed_over(seat)) for seat in assignment.passed_over)


def _seat(seat: Mapping[str, Any]) -> str:
    """With the circle where several were asked."""
    return " – ".join(filter(None, [seat.get("consultant", ""), seat.get("rule", "")]))
