"""Text from outside, made fit to store and to show. The raw bytes stay on the delivery."""

import math
import re
import unicodedata
from hashlib import sha256
from typing import Any

LINE_LIMIT = 300
TEXT_LIMIT = 20_000
# Whoever walks a tree recurses, some by several calls a level, and Python stops at a thousand
DEEPEST = 40
DIGEST_DIGITS = 32

# PostgreSQL's text takes no NUL, and UTF-8 no lone surrogate
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"  # invisible, or turn the writing direction
    "\ud800-\udfff\ufffe\uffff]"
)
_SPACES = re.compile(r"\s+")


def clean_text(value: Any, limit: int = TEXT_LIMIT) -> str:
    """Readable text with its line breaks; '' for nothing at all."""
    if value is None:
        return ""
    # Phones and browsers send é as one sign or as two; one form, so that equal texts are equal
    text = unicodedata.normalize("NFC", _UNSAFE.sub("", str(value)))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()[:limit].rstrip()


def clean_line(value: Any, limit: int = LINE_LIMIT) -> str:
    """One line of text, inner white space folded."""
    return _SPACES.sub(" ", clean_text(value)).strip()[:limit].rstrip()


def fitted(key: str, limit: int) -> str:
    """A key that the database takes. What had to be left out still tells it from another, by a digest of the whole."""
    kept = clean_line(key, limit)
    if kept == key:
        return key
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_DIGITS]
    return f"{kept[: limit - DIGEST_DIGITS - 1]}~{digest}"


def visible_text(text: str) -> str:
    r"""What `clean_text` would drop, spelled out (`\u202e`): raw text shown to a person must not lie to them."""
    return _UNSAFE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def clean_tree(node: Any, depth: int = 0) -> Any:
    """The same JSON tree with clean texts and keys, that PostgreSQL accepts; its deepest part as text."""
    if isinstance(node, str):
        return clean_text(node)
    if isinstance(node, float):
        return node if math.isfinite(node) else str(node)
    if not isinstance(node, dict | list):
        return node
    if depth >= DEEPEST:
        return clean_text(_as_text(node))
    if isinstance(node, list):
        return [clean_tree(item, depth + 1) for item in node]
    return {clean_line(key): clean_tree(item, depth + 1) for key, item in node.items()}


def _as_text(node: Any) -> str:
    """A rendering that cannot recurse too deeply: `repr` gives up far later than we do."""
    try:
        return repr(node)
    except RecursionError:
        return "…"
