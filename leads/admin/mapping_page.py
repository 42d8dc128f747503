"""Mapping by example: one payload, what each of its fields would become, and the paths that a manager chose."""

import json
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from leads.bodies import BodyError
from leads.errors import InvalidError
from leads.inference.mapping import ATTRIBUTION, FACTS, TARGETS
from leads.models import Delivery, Lead, Source
from leads.services import mapping as mapping_service
from leads.wholeness import unpacked

LOOKED_AT = 20


class Example(NamedTuple):
    """`came`: the delivery that it is the body of; None where it was pasted, or nothing has come yet."""

    text: str
    content_type: str = ""
    came: Delivery | None = None

    @property
    def body(self) -> bytes:
        return self.text.encode("utf-8", "replace")


def example_of(request: HttpRequest, source: Source) -> Example:
    """What was pasted; else the body of the delivery that the address names; else of the latest that can be read."""
    known = Delivery.objects.filter(source=source, body__isnull=False)
    return _pasted(request) or _named(known, request.GET.get("delivery", "")) or _latest(known)


def _pasted(request: HttpRequest) -> Example | None:
    text = request.POST.get("example", "")
    return Example(text, request.POST.get("content_type", "")[:200]) if text else None


def _named(known: QuerySet[Delivery], wanted: str) -> Example | None:
    try:
        delivery = known.filter(pk=UUID(wanted)).first()
    except ValueError:
        return None
    return _body_of(delivery) if delivery else None


def _latest(known: QuerySet[Delivery]) -> Example:
    """A body that breaks off teaches nothing: it is shown where there is no other."""
    examples = [_body_of(delivery) for delivery in known[:LOOKED_AT]]
    readable = (one for one in examples if mapping_service.can_be_read(one.body, one.content_type))
    return next(readable, examples[0] if examples else Example(""))


def _body_of(delivery: Delivery) -> Example:
    """The boundary between a form's parts stands in its content type alone."""
    body = bytes(delivery.body or b"")
    with suppress(BodyError):
        body = unpacked(body, delivery.headers)
    return Example(body.decode("utf-8", "replace"), delivery.content_type, delivery)


def chosen_paths(request: HttpRequest) -> dict[str, Any]:
    """What the manager left or wrote beside each field; several paths are parted by commas."""
    chosen: dict[str, Any] = {}
    for target in TARGETS:
        paths = [part.strip() for part in request.POST.get(f"path_{target}", "").split(",") if part.strip()]
        if paths:
            chosen[target] = paths[0] if len(paths) == 1 else paths
    return chosen


def proposal_for(source: Source, example: Example) -> dict[str, Any]:
    if not example.text.strip():
        return {}
    try:
        found = mapping_service.propose_mapping(
            source=source, body=example.body, content_type=example.content_type
        )
    except InvalidError as error:
        return {"problem": error.detail}

    def row(target: str, value: object) -> tuple[str, str, str, object]:
        return target, _label(target), _as_text(found.mapping.get(target)), value

    given = ", ".join(found.payload.consent)
    return {
        "rows": [row(name, given if name == "consent" else getattr(found.payload, name)) for name in FACTS],
        "origin_rows": [row(name, found.payload.attribution.get(name, "")) for name in ATTRIBUTION],
        "proposal": found,
        "fields": found.fields[:500],
        "consent": json.dumps(found.payload.consent, ensure_ascii=False, indent=2),
        "attribution": json.dumps(found.payload.attribution, ensure_ascii=False, indent=2),
        "extra": json.dumps(found.payload.extra, ensure_ascii=False, indent=2),
    }


def _label(target: str) -> str:
    """In the manager's words; the parts of an origin are called alike everywhere."""
    apart = {
        "whatsapp_id": _("WhatsApp user id"),
        "external_id": _("The sender's id"),
        "consent": _("Consent"),
    }
    if target in apart or target in ATTRIBUTION:
        return str(apart.get(target, target))
    return capfirst(getattr(Lead, target).field.verbose_name)


def _as_text(paths: str | list[str] | None) -> str:
    return ", ".join(paths) if isinstance(paths, list) else paths or ""
