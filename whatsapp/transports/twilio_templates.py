"""Twilio's Content resources in our words (twilio.com/docs/content/content-types-overview)."""

import json
from collections.abc import Mapping
from typing import Any

from whatsapp.listings import ListedContent
from whatsapp.models import Template
from whatsapp.placeholders import names_in
from whatsapp.transports.base import TemplateFacts

# Where the words of the various content types stand, in the order in which a phone shows them
TEXTS = ("header_text", "title", "body", "subtitle", "footer")
STATUSES = {status.value: status for status in Template.Status}


def facts_of(content: ListedContent) -> TemplateFacts:
    kind, shape = _for_whatsapp(content.types, str(content.approval.get("content_type") or ""))
    texts = [str(shape[name]) for name in TEXTS if shape.get(name)]
    return TemplateFacts(
        sid=content.sid,
        name=str(content.approval.get("name") or content.name or content.sid)[:200],
        language=content.language[:20],
        status=_status(content.approval),
        category=str(content.approval.get("category") or "").lower()[:40],
        kind=kind[:60],
        rejection_reason=str(content.approval.get("rejection_reason") or "")[:300],
        body="\n\n".join(texts),
        buttons=_buttons(shape),
        # Words first, in the order that a phone shows; then the rest, as the address of a button may have one
        placeholders=names_in(*texts, json.dumps(shape, ensure_ascii=False)),
        samples={str(name): str(value) for name, value in content.variables.items()},
    )


def _for_whatsapp(types: Mapping[str, Any], approved: str) -> tuple[str, Mapping[str, Any]]:
    """The type that WhatsApp approved, else the first that is there."""
    kind = approved if approved in types else next(iter(types), "")
    shape = types.get(kind)
    return kind, shape if isinstance(shape, dict) else {}


def _status(approval: Mapping[str, Any]) -> str:
    """What is neither decided nor known to us waits: `received`, `in_appeal` and whatever comes."""
    given = str(approval.get("status") or "").lower()
    return STATUSES.get(given, Template.Status.PENDING if given else Template.Status.UNSUBMITTED)


def _buttons(shape: Mapping[str, Any]) -> list[str]:
    given = shape.get("actions") or shape.get("items") or shape.get("buttons") or []
    titles = [
        one.get("title") or one.get("item") or one.get("text") for one in given if isinstance(one, dict)
    ]
    return [str(title) for title in titles if title]
