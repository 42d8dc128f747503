"""From the bytes of a request to a tree: JSON, URL-encoded and multipart forms, PHP's bracketed names.

Senders lie about content types and charsets, so the bytes themselves are asked first.
"""

import json
import math
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from email.message import Message
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext as _

_PAIRS = re.compile(r"\s*[^\s=&<>{}\"]{1,200}=")
_NUMBERS = re.compile(r"(?:\[\d*\])?\.|\[\d*\]$")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
# A bigint holds any eighteen digits; of more than 4,300
# Python makes no number at all (`sys.set_int_max_str_digits`)
_SAFE_DIGITS = 18
# What hand-written templates send once a variable is filled in, or is empty.
_BARE = re.compile(r"(:\s*)([+.\d(][\d\s().+-]{0,40}[\d.])(?=\s*[,}\]])")
_MISSING = re.compile(r"(\"\s*:\s*)(?=[,}])")
_TOO_MANY = re.compile(r",(?=\s*[}\]])")
# Possessive, and closed by the end too: a text that never closes must not be tried from each of its quotes
_LITERAL = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
_NO_TEXT = '""'


class BodyError(ValueError):
    """Neither JSON nor a form: this can never be understood."""


def read_body(body: bytes, content_type: str) -> Any:
    """The tree in `body`: dicts, lists, texts, numbers, booleans and None. Raises BodyError."""
    kind, charset = _content_type(content_type)
    if kind == "multipart/form-data":
        return unflatten(_multipart_pairs(body, content_type))
    text = _decoded(body, charset).strip()
    if not text:
        raise BodyError(_("The body is empty."))
    # The body's first sign before its header: JSON comes as `text/plain` and even as a form
    if text[:1] in ("{", "[", '"') or kind.endswith("json"):
        return read_json(text)
    if kind == "application/x-www-form-urlencoded" or _PAIRS.match(text):
        return unflatten(_urlencoded_pairs(text, charset))
    return read_json(text)


def read_json(text: str) -> Any:
    """JSON as outside systems write it, and as they mean it where a template forgot quotes or values.

    Numbers that no database takes stay text. Raises BodyError.
    """
    try:
        return _loads(text)
    except RecursionError as error:
        raise BodyError(_("The body is neither JSON nor a form.")) from error
    except ValueError:
        pass
    try:
        return _loads(_mended(text))
    except (ValueError, RecursionError) as error:
        raise BodyError(_("The body is neither JSON nor a form.")) from error


def _loads(text: str) -> Any:
    # `strict=False` lets line breaks stand in texts, which RFC 8259 forbids in section 7 and
    # hand-written templates send. NaN and Infinity are no JSON either, and no jsonb: they stay texts.
    return json.loads(text, strict=False, parse_int=_integer, parse_float=_float, parse_constant=str)


def _mended(text: str) -> str:
    """Bare numbers such as `+5511…` or `011…` quoted, missing values as null, commas before a closing sign gone.

    What people typed may look like any of these, so texts are taken out before and put back after.
    """
    texts = iter(_LITERAL.findall(text))
    quoted = _BARE.sub(r'\1"\2"', _LITERAL.sub(_NO_TEXT, text))
    mended = _TOO_MANY.sub("", _MISSING.sub(r"\1null", quoted))
    return re.sub(_NO_TEXT, lambda _empty: next(texts), mended)


def unflatten(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """`fields[tel][value]=1` becomes {fields: {tel: {value: 1}}}; a repeated or `[]` name becomes a list."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = _segments(name)
        node, key = tree, head
        for segment in rest:
            child = node.get(key)
            if not isinstance(child, dict):
                # `a=3` beside `a[b]=1`: PHP would lose the one that came first
                child = {} if child is None else {"": child}
                node[key] = child
            node, key = child, segment or str(len(child))
        _put(node, key, value)
    return tree


def _segments(name: str) -> list[str]:
    head, bracket, _rest = name.partition("[")
    if not head or not bracket or not name.endswith("]"):
        return [name]
    if "]." in name:  # `page[0].Nombre[0]`, as forms in PDF name their boxes
        return [part for part in _NUMBERS.split(name) if part]
    inner = _BRACKETS.findall(name)
    return [head] if inner == [""] else [head, *inner]


def _put(node: dict[str, Any], key: str, value: Any) -> None:
    if key not in node:
        node[key] = value
    elif isinstance(node[key], list):
        node[key].append(value)
    elif isinstance(node[key], dict):
        node[key][""] = value
    else:
        node[key] = [node[key], value]


def _content_type(header: str) -> tuple[str, str]:
    message = Message()
    message["content-type"] = header.replace("\r", " ").replace("\n", " ") or "text/plain"
    return message.get_content_type(), str(message.get_param("charset") or "")


def _decoded(body: bytes, charset: str) -> str:
    """UTF-8 where it is; else what the sender said, else Windows' Latin, as old PHP forms send."""
    # RFC 8259 lets a reader ignore a byte order mark (8.1); `json` does not
    marked = "utf-16" if body[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"
    for encoding in (marked, charset, "cp1252"):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace")


def _urlencoded_pairs(text: str, charset: str) -> list[tuple[str, str]]:
    for encoding in ("utf-8", charset, "cp1252"):
        try:
            return _split_pairs(text, encoding, "strict")
        except (UnicodeDecodeError, LookupError):
            continue
    return _split_pairs(text, "utf-8", "replace")


def _split_pairs(text: str, encoding: str, errors: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            encoding=encoding,
            errors=errors,
            max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        )
    # It is a ValueError, too, but the caller tries another charset then
    except UnicodeDecodeError:
        raise
    except ValueError as error:
        raise BodyError(_("The form has too many fields.")) from error
    if not pairs or "=" not in text:
        raise BodyError(_("The body is neither JSON nor a form."))
    return pairs


class _NamesOnly(MemoryFileUploadHandler):
    """Files stay in the raw body; their names are enough to know that one came."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


def _multipart_pairs(body: bytes, content_type: str) -> list[tuple[str, str]]:
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    try:
        post, files = MultiPartParser(meta, BytesIO(body), [_NamesOnly()], "utf-8").parse()
    except (MultiPartParserError, SuspiciousOperation, ValueError, LookupError) as error:
        raise BodyError(_("The form's parts cannot be read.")) from error
    pairs = _query_pairs(post) + [(name, file.name or "") for name, group in files.lists() for file in group]
    if not pairs:
        raise BodyError(_("The form is empty."))
    return pairs


def _query_pairs(query: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in query.lists() for value in values]


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _SAFE_DIGITS else digits


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits
