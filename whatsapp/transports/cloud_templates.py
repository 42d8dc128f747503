"""Meta's templates in our words and back.

Meta numbers the variables of header, body and each button by themselves. Ours have one name each: those
of the body keep theirs, the others say where they stand (`header_1`, `button_0_1`).
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from whatsapp.models import Template
from whatsapp.placeholders import PLACEHOLDER, names_in
from whatsapp.transports.base import TemplateFacts

STATUSES = {status.value.upper(): status for status in Template.Status}
# "button_0_1": first button, its variable 1. \w+ and not \d+, because Meta has named variables, too
IN_BUTTON = re.compile(r"button_(\d+)_(\w+)")
IN_HEADER = re.compile(r"header_(\w+)")


def facts_of(template: Mapping[str, Any]) -> TemplateFacts:
    parts = [part for part in template.get("components") or [] if isinstance(part, dict)]
    texts = [text for part in parts if (text := _text_of(part))]
    buttons = [one for part in parts for one in part.get("buttons") or [] if isinstance(one, dict)]
    addresses = [_named(str(one.get("url", "")), f"button_{index}_") for index, one in enumerate(buttons)]
    # Meta writes "NONE" where nothing was rejected
    reason = str(template.get("rejected_reason") or "")
    return TemplateFacts(
        sid=str(template.get("id", ""))[:64],
        name=str(template.get("name", ""))[:200],
        language=str(template.get("language", ""))[:20],
        status=STATUSES.get(str(template.get("status", "")).upper(), Template.Status.PENDING),
        category=str(template.get("category", "")).lower()[:40],
        kind="template",
        rejection_reason="" if reason == "NONE" else reason[:300],
        body="\n\n".join(texts),
        buttons=[str(one["text"]) for one in buttons if one.get("text")],
        placeholders=names_in(*texts, *addresses),
        samples=_samples(parts),
        needs_media=any(_is_header(part) and part.get("format") not in (None, "TEXT") for part in parts),
    )


def components_of(variables: Mapping[str, str]) -> list[dict[str, Any]]:
    """The variables as Meta wants them, each in its part of the template."""
    parts: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for name in names_in(*(f"{{{{{name}}}}}" for name in variables)):
        part, own_name = _place_of(name)
        parts[part].append(_parameter(own_name, variables[name]))
    return [_component(part, parameters) for part, parameters in sorted(parts.items())]


def _place_of(name: str) -> tuple[tuple[str, ...], str]:
    if match := IN_BUTTON.fullmatch(name):
        return ("button", match[1]), match[2]
    if match := IN_HEADER.fullmatch(name):
        return ("header",), match[1]
    return ("body",), name


def _component(part: tuple[str, ...], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    where = {"sub_type": "url", "index": part[1]} if part[0] == "button" else {}
    return {"type": part[0], **where, "parameters": parameters}


def _parameter(name: str, value: str) -> dict[str, Any]:
    # Numbered variables go by their order, named ones want their name (Meta's docs on templates)
    named = {} if name.isdecimal() else {"parameter_name": name}
    return {"type": "text", **named, "text": value}


def _is_header(part: Mapping[str, Any]) -> bool:
    return str(part.get("type", "")).upper() == "HEADER"


def _text_of(part: Mapping[str, Any]) -> str:
    text = str(part.get("text") or "")
    return _named(text, "header_") if _is_header(part) else text


def _named(text: str, prefix: str) -> str:
    return PLACEHOLDER.sub(lambda match: f"{{{{{prefix}{match[1]}}}}}", text)


def _samples(parts: list[dict[str, Any]]) -> dict[str, str]:
    """The example values that Meta asked for when the template was made, of the body."""
    examples: dict[str, Any] = next((part["example"] for part in parts if part.get("example")), {})
    if named := examples.get("body_text_named_params"):
        return {str(one.get("param_name")): str(one.get("example")) for one in named if isinstance(one, dict)}
    rows = examples.get("body_text") or []
    first = rows[0] if rows and isinstance(rows[0], list) else []
    return {str(number): str(value) for number, value in enumerate(first, start=1)}
