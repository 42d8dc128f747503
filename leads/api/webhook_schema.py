"""The front door for other systems, in the API's description: with a body of every kind of source."""

from typing import Any

from django.utils.translation import gettext as _

from leads.sources import KINDS
from leads.sources.examples import EXAMPLES, FORM, JSON

PATH = "/webhooks/leads/{source}/"
ERROR = {"schema": {"$ref": "#/components/schemas/Error"}}
STORED = {
    "type": "object",
    "properties": {"delivery": {"type": "string", "format": "uuid"}},
    "required": ["delivery"],
}
SOURCE = {
    "name": "source",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "The slug of a source.",
}


def describe_webhook(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    result["paths"][PATH] = {
        "post": {
            "operationId": "webhooks_lead",
            "description": "A lead, in whatever shape its sender writes. Stored as it came, then answered for.",
            "tags": ["webhooks"],
            "parameters": [SOURCE],
            "security": [{"sourceSecret": []}],
            "requestBody": {"required": True, "content": {kind: _content(kind) for kind in (JSON, FORM)}},
            "responses": _responses(),
        }
    }
    result["components"].setdefault("securitySchemes", {})["sourceSecret"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "A secret of the source. Vendors sign in their own ways instead.",
    }
    return result


def _content(content_type: str) -> dict[str, Any]:
    examples = {
        slug: {"summary": str(KINDS[slug].label), "value": example.value}
        for slug, example in EXAMPLES.items()
        if example.content_type == content_type
    }
    return {"schema": {}, "examples": examples}


def _responses() -> dict[str, Any]:
    refusals = {
        "400": _("Neither JSON nor a form; the body is kept."),
        "401": _("The credential is missing or wrong."),
        "404": _("There is no such source."),
        "413": _("The body is larger than 256 KiB."),
        "429": _("Too many requests for this source."),
        "503": _("Try again in a moment."),
    }
    stored = {"description": _("Stored; a lead follows."), "content": {JSON: {"schema": STORED}}}
    return {"202": stored} | {
        code: {"description": text, "content": {JSON: ERROR}} for code, text in refusals.items()
    }
