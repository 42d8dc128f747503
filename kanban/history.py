"""The timeline of a lead in sentences. Facts are stored; the words are found when somebody reads."""

from collections.abc import Callable, Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.decision_words import decision_in_words
from leads.event_words import HANDOFF_REASONS
from leads.models import Lead, LeadEvent, Status
from whatsapp.models import ConsentEvent, Conversation

SHOWN = 200
Facts = dict[str, Any]
# Where an event keeps what people wrote
WORDS: dict[str, str] = {
    LeadEvent.Kind.NOTE: "text",
    LeadEvent.Kind.RECEIVED: "message",
    LeadEvent.Kind.RETURNED: "message",
}


def history_of(lead: Lead) -> list[dict[str, Any]]:
    """Newest first: `{kind, at, who, text, note, source, is_by_hand, merged, can_undo}`; `note`: a remark, or
    the words that somebody came with, by `source`; `merged`: the id of the other lead of a merge."""
    events = list(LeadEvent.objects.filter(lead=lead).select_related("user")[:SHOWN])
    names = {status.slug: status.title for status in Status.objects.all()}
    undone = {event.data.get("undone") for event in events}
    parts = _parts_of(lead) if any(event.kind == LeadEvent.Kind.MERGED for event in events) else set()
    return [_line(event, names) | _merge_of(event, undone, parts) for event in events]


def _parts_of(lead: Lead) -> set[str]:
    """Which leads are a part of it now."""
    return set(map(str, lead.merged_from.values_list("pk", flat=True)))


def _line(event: LeadEvent, names: dict[str, str]) -> dict[str, Any]:
    say = SENTENCES.get(event.kind)
    return {
        "kind": event.kind,
        "at": event.created_at,
        "who": str(event.user) if event.user else event.get_actor_kind_display(),
        "text": say(event.data, names) if say else event.get_kind_display(),
        "note": event.data.get(WORDS.get(event.kind, ""), ""),
        "source": event.data.get("source", "") if event.kind in WORDS else "",
        "is_by_hand": event.user_id is not None,
    }


def _merge_of(event: LeadEvent, undone: Collection[Any], parts: Collection[str]) -> Facts:
    """What its lead was before is kept with the lead that took the other in, and is of use once. Where that one was
    merged into another since, so that its rows stand here, that comes apart first."""
    can_undo = "moved" in event.data and event.pk not in undone and event.data.get("other") in parts
    is_merge = event.kind == LeadEvent.Kind.MERGED
    other = event.data.get("other") or event.data.get("into") if is_merge else None
    return {"merged": other, "can_undo": is_merge and can_undo}


def _moved(data: Facts, names: dict[str, str]) -> str:
    places = {"source": _name(data.get("came_from"), names), "target": _name(data.get("to"), names)}
    return _("Moved from %(source)s to %(target)s") % places


def _assigned(data: Facts, names: dict[str, str]) -> str:
    return decision_in_words(data)


def _reminded(data: Facts, names: dict[str, str]) -> str:
    minutes = int(data.get("minutes") or 0)
    text = ngettext(
        "%(consultant)s was reminded: no reply within %(minutes)d minute",
        "%(consultant)s was reminded: no reply within %(minutes)d minutes",
        minutes,
    )
    return text % {"consultant": data.get("consultant", ""), "minutes": minutes}


def _edited(data: Facts, names: dict[str, str]) -> str:
    changes = data.get("changes", {})
    shown = [
        _("%(field)s: “%(before)s” → “%(after)s”")
        % {"field": _field(name), "before": before or "–", "after": after or "–"}
        for name, (before, after) in changes.items()
    ]
    return "; ".join(shown) or _("Edited")


def _classified(data: Facts, names: dict[str, str]) -> str:
    temperature, score = data.get("temperature"), data.get("score")
    if temperature is None:
        return _("Classified")
    return _("Classified as %(temperature)s, score %(score)s") % {
        "temperature": dict(Lead.Temperature.choices).get(temperature, temperature),
        "score": score,
    }


def _stage(data: Facts, names: dict[str, str]) -> str:
    stages = dict(Conversation.Stage.choices)
    target = data.get("to") or data.get("stage", "")
    return _("Qualification: %(stage)s") % {"stage": stages.get(target, target)}


def _handoff(data: Facts, names: dict[str, str]) -> str:
    reason = HANDOFF_REASONS.get(data.get("reason", ""))
    return _("Handed over to a consultant: %(reason)s") % {"reason": reason} if reason else _("Handed over")


def _received(data: Facts, names: dict[str, str]) -> str:
    source = data.get("source")
    return _("Came in through %(source)s") % {"source": source} if source else _("Came in")


def _returned(data: Facts, names: dict[str, str]) -> str:
    source = data.get("source")
    return _("Came again through %(source)s") % {"source": source} if source else _("Came again")


def _merged(data: Facts, names: dict[str, str]) -> str:
    if "into_name" in data:
        return _("Merged into %(name)s") % {"name": data["into_name"]}
    text = _("Merge with %(name)s undone") if data.get("undone") else _("Merged with %(name)s")
    return text % {"name": data.get("other_name", "")}


def _consent(data: Facts, names: dict[str, str]) -> str:
    wish = data.get("consent", {}).get("whatsapp")
    if wish == ConsentEvent.Kind.OPT_OUT:
        return _("Asked for no more messages on WhatsApp")
    return _("Wants messages on WhatsApp again") if wish == ConsentEvent.Kind.OPT_IN else _("Consent")


def _closed(data: Facts, names: dict[str, str]) -> str:
    return _("Conversation opened again") if data.get("undone") else _("Conversation closed")


def _name(slug: Any, names: dict[str, str]) -> str:
    return names.get(str(slug), str(slug or "–"))


def _field(name: str) -> str:
    return str(getattr(Lead._meta.get_field(name), "verbose_name", name))


# What has no sentence here is told by the name of its kind
SENTENCES: dict[str, Callable[[Facts, dict[str, str]], str]] = {
    LeadEvent.Kind.MOVED: _moved,
    LeadEvent.Kind.ASSIGNED: _assigned,
    LeadEvent.Kind.REMINDED: _reminded,
    LeadEvent.Kind.EDITED: _edited,
    LeadEvent.Kind.CLASSIFIED: _classified,
    LeadEvent.Kind.STAGE: _stage,
    LeadEvent.Kind.HANDOFF: _handoff,
    LeadEvent.Kind.RECEIVED: _received,
    LeadEvent.Kind.RETURNED: _returned,
    LeadEvent.Kind.MERGED: _merged,
    LeadEvent.Kind.CONSENT: _consent,
    LeadEvent.Kind.CONVERSATION_CLOSED: _closed,
}
