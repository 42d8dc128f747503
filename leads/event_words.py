"""The facts of a timeline row in the reader's words: each by a label, codes by what they stand for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leads.models import Lead, LeadEvent
from leads.scoring import reason_in_words
from leads.services import undoing
from leads.slot_lines import capitalised, shown
from leads.stored_words import named

Words = Mapping[str, str | Promise]

LABELS: Words = {
    "also_known_as": _("Known as several leads"),
    "as_new_lead": _("Became the lead"),
    "came_from": pgettext_lazy("status", "From"),
    "changes": _("Changed"),
    "consent": _("Consent"),
    "conversation": _("Conversation"),
    "delivery": _("Delivery"),
    "filled": _("Filled in"),
    "formerly": _("Before that"),
    "into_name": _("Merged into"),
    "minutes": _("Minutes"),
    "other_name": _("Other lead"),
    "reason": _("Reason"),
    "reasons": _("Reasons"),
    "rules_score": _("Score by the rules"),
    "sentiment": _("Mood"),
    "stage": _("Stage"),
    "summary": _("Summary"),
    "text": _("Text"),
    "to": pgettext_lazy("status", "To"),
    "unanswered": _("Left unanswered"),
    "undone": _("Undone"),
    "waiting_since": _("Waiting since"),
}
HANDOFF_REASONS: Words = {
    "qualified": _("qualified"),
    "asked_human": _("asked for a person"),
    "angry": _("upset"),
    "out_of_scope": _("asked for something else"),
    "failures": _("the agent did not understand"),
    "sensitive": _("a sensitive matter"),
    "rule": _("a rule of the playbook"),
    "too_late": _("more than 24 hours without an answer: WhatsApp lets only a template be sent"),
    "taken_over": _("a person took over"),
}
# As a conversation's stages are called, which this app does not know
STAGES: Words = {
    "qualifying": _("Qualifying"),
    "qualified": _("Qualified"),
    "disqualified": _("Disqualified"),
    "nurture": _("Nurture"),
    "needs_human": _("Needs a person"),
    "opted_out": _("Opted out"),
    "suspected_bot": _("Suspected bot"),
}
SENTIMENTS: Words = {
    "positive": _("good"),
    "neutral": _("neutral"),
    "negative": _("bad"),
    "angry": _("upset"),
}
JUDGES: Words = {"rules": _("rules"), "llm": _("the language model, checked by rules")}
WISHES: Words = {"opt_in": _("Opt-in"), "opt_out": _("Opt-out")}
# What undoing needs, and what is told by another fact of the row
NOT_TOLD = frozenset({undoing.KEPT, "epoch", "into", "moved", "other", "other_was"})


def facts_in_words(event: LeadEvent, columns: Mapping[str, str]) -> Iterator[tuple[Any, str]]:
    """Pairs of label and text. `columns` are the names of the board's columns by their slugs."""
    for name, value in event.data.items():
        if name not in NOT_TOLD and value not in ("", None, [], {}) and not _is_codes(event, name):
            yield LABELS.get(name) or capitalised(field_name(name)), _text_of(event, name, value, columns)


def _is_codes(event: LeadEvent, name: str) -> bool:
    """A summary that the rules made repeats in codes what stands in words beside it."""
    return name == "summary" and str(event.data[name]).startswith(f"{event.data.get('stage')} (")


def _text_of(event: LeadEvent, name: str, value: Any, columns: Mapping[str, str]) -> str:
    if name in ("came_from", "to") and event.kind == LeadEvent.Kind.MOVED:
        return named(str(value), columns)
    if name == "source" and event.kind == LeadEvent.Kind.CLASSIFIED:
        return named(str(value), JUDGES)
    say = SAY.get(name)
    return say(value) if say else shown(value)


def _reasons(value: Any) -> str:
    """Why a lead was classified so is kept with the code of each reason."""
    return "; ".join(map(reason_in_words, value)) if isinstance(value, list) else shown(value)


def _changes(value: Any) -> str:
    """Of fields: `{name: [before, after]}`, or their names alone."""
    if isinstance(value, Mapping):
        pairs = ((name, *change) for name, change in value.items())
        return "; ".join(
            f"{field_name(name)}: {shown(before)} → {shown(after)}" for name, before, after in pairs
        )
    return ", ".join(map(field_name, value)) if isinstance(value, list) else shown(value)


def field_name(name: str) -> str:
    """A lead's field as its form calls it."""
    known = {field.name: field for field in Lead._meta.get_fields()}
    return str(getattr(known.get(name), "verbose_name", name))


def _consent(value: Any) -> str:
    """`{"whatsapp": wish}` of words on WhatsApp; of a form {box: {given, text}}."""
    if not isinstance(value, Mapping):
        return shown(value)
    return "; ".join(f"{_box(box)}: {_answer(answer)}" for box, answer in value.items())


def _box(name: str) -> str:
    return "WhatsApp" if name == "whatsapp" else name


def _answer(answer: Any) -> str:
    if isinstance(answer, Mapping) and "given" in answer:
        return ", ".join(filter(None, [shown(bool(answer["given"])), str(answer.get("text") or "")]))
    return named(str(answer), WISHES) if isinstance(answer, str) else shown(answer)


SAY: dict[str, Callable[[Any], str]] = {
    "changes": _changes,
    "consent": _consent,
    "filled": _changes,
    "reason": lambda code: named(str(code), HANDOFF_REASONS),
    "reasons": _reasons,
    "sentiment": lambda code: named(str(code), SENTIMENTS),
    "stage": lambda code: named(str(code), STAGES),
    "temperature": lambda code: named(str(code), dict(Lead.Temperature.choices)),
}
