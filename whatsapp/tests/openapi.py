"""Does a request fit an OpenAPI description? Says every way in which it does not."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

OURS = Path(__file__).with_name("twilio_api.json")
FORM = "application/x-www-form-urlencoded"
NUMBERS = {"integer": int, "number": float}
formats = FormatChecker(formats=())


@formats.checks("uri")
def is_uri(text: object) -> bool:
    """As Twilio wants it: absolute, and no underscore in the host."""
    parts = urlsplit(str(text))
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in parts.hostname


@formats.checks("phone-number")
def is_address(text: object) -> bool:
    return bool(re.fullmatch(r"whatsapp:(\+\d{8,15}|[A-Z]{2}\.[A-Za-z0-9._-]+)", str(text)))


def descriptions() -> list[dict[str, Any]]:
    """What Twilio publishes, from the folder that TWILIO_OAI names; else what is written down here."""
    folder = os.environ.get("TWILIO_OAI")
    files = sorted(Path(folder).glob("twilio_*.json")) if folder else [OURS]
    return [json.loads(file.read_text()) for file in files]


def faults(
    description: list[dict[str, Any]], method: str, path: str, pairs: list[tuple[str, str]]
) -> list[str]:
    """`pairs`: the query of a GET, the form of a POST, as they were on the wire. Empty: it fits."""
    for document in description:
        for template, item in document["paths"].items():
            found = re.fullmatch(_pattern(template), path)
            if found and method.lower() in item:
                return list(_faults(document, item[method.lower()], found.groupdict(), pairs))
    return [f"{method} {path} is not described"]


def _pattern(template: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape(template))


def _faults(
    document: dict[str, Any], operation: dict[str, Any], places: dict[str, str], pairs: list[tuple[str, str]]
) -> Iterator[str]:
    parameters = operation.get("parameters", [])
    in_path = {one["name"]: one["schema"] for one in parameters if one["in"] == "path"}
    yield from _unfit(document, {"properties": in_path}, places)
    if "requestBody" in operation:
        schema = _resolved(document, operation["requestBody"]["content"][FORM]["schema"])
    else:
        schema = {"properties": {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}}
    yield from _unfit(document, schema | {"additionalProperties": False}, _typed(document, schema, pairs))


def _unfit(document: dict[str, Any], schema: dict[str, Any], value: dict[str, Any]) -> Iterator[str]:
    whole = {"type": "object", "components": document.get("components", {})} | schema
    for error in Draft202012Validator(whole, format_checker=formats).iter_errors(value):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message}"


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        schema = document["components"]["schemas"][name]
    return schema


def _typed(document: dict[str, Any], schema: dict[str, Any], pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Form values are text; what the description calls otherwise becomes that, where it can."""
    typed: dict[str, Any] = {}
    for name, text in pairs:
        kind = _resolved(document, schema["properties"].get(name, {})).get("type")
        if kind == "array":
            typed.setdefault(name, []).append(text)
        elif name in typed:
            typed[name] = [typed[name], text]
        else:
            typed[name] = _number(text, kind) if kind in NUMBERS else text
    return typed


def _number(text: str, kind: str) -> int | float | str:
    try:
        return NUMBERS[kind](text)
    except ValueError:
        return text
