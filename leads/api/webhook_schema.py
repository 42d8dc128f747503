"""The front door for other systems, in the API's description: with a body of every kind of source."""

from typing import Any

from django.utils.translation import gettext as _

from leads.sources import KINDS
from leads.sources.examples import EXAMPLES, FORM, JSON, MULTIPART

PATH = "/webhooks/leads/{source}/"
ERROR = {"schema": {"$ref": "#/components/schemas/Error"}}
DELIVERY = {"type": "string", "format": "uuid", "description": "The stored request, as the admin lists it."}
STORED = {"type": "object", "properties": {"delivery": DELIVERY}, "required": ["delivery"]}
KEPT = {"allOf": [ERROR["schema"], STORED]}
SOURCE = {
    "name": "source",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "The slug of a source.",
}
# One of them opens; several in one line are needed together.
STANDARD = ("webhook-id", "webhook-timestamp", "webhook-signature")
SIGNED_AT = {"webflow": "x-webflow-timestamp", "hubspot": "x-hubspot-request-timestamp"}


def describe_webhook(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    result["paths"][PATH] = {"get": _challenge(), "post": _lead()}
    result["components"].setdefault("securitySchemes", {}).update(_schemes())
    return result


def _lead() -> dict[str, Any]:
    return {
        "operationId": "webhooks_lead",
        "description": (
            "A lead, in whatever shape its sender writes. Stored as it came, then answered for. Google Ads "
            "repeats its key in the body instead of a header."
        ),
        "tags": ["webhooks"],
        "parameters": [SOURCE],
        "security": _ways_in(),
        "requestBody": {
            "required": True,
            "content": {kind: _content(kind) for kind in (JSON, FORM, MULTIPART)},
        },
        "responses": _responses(),
    }


def _challenge() -> dict[str, Any]:
    """Nothing opens it but the verify token, which stands in the address."""
    asked = ("hub.mode", "hub.verify_token", "hub.challenge")
    text = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "operationId": "webhooks_lead_challenge",
        "description": "Meta makes sure of the address before it sends anything there.",
        "tags": ["webhooks"],
        "parameters": [
            SOURCE,
            *({"name": name, "in": "query", "schema": {"type": "string"}} for name in asked),
        ],
        "security": [{}],
        "responses": {"200": {"description": _("The challenge, as it came."), "content": text}}
        | _refusals("403", "404", "405", "503"),
    }


def _schemes() -> dict[str, Any]:
    def key(name: str, place: str = "header", **more: str) -> dict[str, str]:
        return {"type": "apiKey", "in": place, "name": name, **more}

    signed = {f"{slug}Signature": key(kind.signature_header) for slug, kind in _signing().items()}
    stamped = {f"{slug}Timestamp": key(header) for slug, header in SIGNED_AT.items()}
    return {
        "sourceSecret": {"type": "http", "scheme": "bearer", "description": "A secret of the source."},
        "sourceKey": key("X-Api-Key", description="A secret of the source."),
        "sourceKeyInAddress": key(
            "key", "query", description="A secret of the source, for kinds that can set no header."
        ),
        **{name: key(name, description="Standard Webhooks, whsec_…") for name in STANDARD},
        **signed,
        **stamped,
    }


def _ways_in() -> list[dict[str, list[str]]]:
    vendors = (
        [f"{slug}Signature", *([f"{slug}Timestamp"] if slug in SIGNED_AT else [])] for slug in _signing()
    )
    ways = (["sourceSecret"], ["sourceKey"], ["sourceKeyInAddress"], STANDARD, *vendors)
    return [{name: [] for name in way} for way in ways]


def _signing() -> dict[str, Any]:
    return {slug: kind for slug, kind in KINDS.items() if kind.signature_header}


def _content(content_type: str) -> dict[str, Any]:
    examples = {
        slug: {"summary": str(KINDS[slug].label), "value": example.value}
        for slug, example in EXAMPLES.items()
        # What comes as a form may have parts as well
        if example.content_type == (FORM if content_type == MULTIPART else content_type)
    }
    return {"schema": {} if content_type == JSON else {"type": "object"}, "examples": examples}


def _responses() -> dict[str, Any]:
    stored = {"description": _("Stored; a lead follows."), "content": {JSON: {"schema": STORED}}}
    unread = {
        "description": _("Neither JSON nor a form; the body is kept."),
        "content": {JSON: {"schema": KEPT}},
    }
    return {"202": stored, "400": unread} | _refusals("401", "404", "413", "429", "503")


def _refusals(*codes: str) -> dict[str, Any]:
    words = {
        "401": _("The credential is missing or wrong."),
        "403": _("The verify token is wrong."),
        "404": _("There is no such source."),
        "405": _("Send leads with POST."),
        "413": _("The body is larger than 256 KiB."),
        "429": _("Too many requests for this source."),
        "503": _("Try again in a moment."),
    }
    return {code: {"description": words[code], "content": {JSON: ERROR}} for code in codes}
