"""What somebody wrote in a form, or whoever brought them noted: the first words of the conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kanban.talk import Talk
from leads.models import Lead, LeadEvent


@dataclass(frozen=True)
class FormWords:
    """`noted_by`: who of us wrote it down; '' where the client did."""

    text: str
    at: datetime
    source: str
    noted_by: str = ""


def form_words(lead: Lead, history: Sequence[dict[str, Any]], talk: Talk | None) -> list[FormWords]:
    """What was said before the first message that is shown, oldest first."""
    if lead.source is None or not lead.message or (talk and talk.has_earlier):
        return []
    # What was corrected since, or came with a lead that was merged, is told by the lead itself
    said = [_words(line) for line in reversed(history) if _is_of_form(line) and line["note"] in lead.message]
    first = talk.messages[0].message.created_at if talk and talk.messages else None
    said = said or [FormWords(lead.message, lead.created_at, lead.source.name)]
    return [words for words in said if first is None or words.at <= first]


def _is_of_form(line: dict[str, Any]) -> bool:
    """What comes without a source is a message of WhatsApp."""
    return line["kind"] != LeadEvent.Kind.NOTE and bool(line["source"] and line["note"])


def _words(line: dict[str, Any]) -> FormWords:
    return FormWords(line["note"], line["at"], line["source"], line["who"] if line["is_by_hand"] else "")
