"""A model's text becomes data, or a sentence that says what is wrong with it."""

import json
import re
from typing import Any

from pydantic import BaseModel, ValidationError

FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)
# DeepSeek's and Qwen's models think aloud in the answer itself, with braces in it
THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL | re.IGNORECASE)
# For a model to act on: of fifty faults of one list the first say it all
MAX_PROBLEMS = 5
# A text of braces alone would otherwise be read once from each of them
MAX_STARTS = 50


class BadOutputError(ValueError):
    """The text is not what was asked for. The message may be shown to the model."""


def read_answer(text: str, shape: type[BaseModel]) -> dict[str, Any]:
    """The object in `text`, checked against `shape`. Fences, thoughts and prose around it do not matter."""
    if not text.strip():
        raise BadOutputError("The answer was empty.")
    try:
        return shape.model_validate(storable(extract_object(text))).model_dump()
    except ValidationError as error:
        raise BadOutputError(_in_words(error)) from error


def extract_object(text: str) -> dict[str, Any]:
    """The first JSON object in the text."""
    text = THOUGHTS.sub("", text)
    fenced = FENCE.search(text)
    # The whole text too: a fence may hold an example, or stand inside a string of the object
    for candidate in ([fenced[1]] if fenced else []) + [text]:
        found = _first_object(candidate)
        if found is not None:
            return found
    raise BadOutputError("The answer holds no JSON object.")


def storable(value: Any) -> Any:
    """The same data without what PostgreSQL refuses: NUL characters and half surrogate pairs."""
    if isinstance(value, str):
        # jsonb takes no \u0000 and text no NUL byte (PostgreSQL's docs on JSON types)
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def _first_object(text: str) -> dict[str, Any] | None:
    # Python reads NaN and Infinity, which are no JSON (RFC 8259 6) and which PostgreSQL's jsonb refuses
    decoder = json.JSONDecoder(parse_constant=_refuse)
    start = text.find("{")
    for _attempt in range(MAX_STARTS):
        if start < 0:
            break
        try:
            found, _end = decoder.raw_decode(text, start)
            return found
        # Objects nested ten thousand deep end Python's recursion, not its parsing
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
    return None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _in_words(error: ValidationError) -> str:
    problems = [
        f"{'.'.join(map(str, problem['loc'])) or 'answer'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]
    ]
    return "; ".join(problems)
