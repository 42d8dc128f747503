"""Trees written as one text: JSON (also of JSON, or in base64), a query string, XML.

Queues and gateways wrap what they carry, so the same lead comes as an object from one and as a text from another.
"""

import base64
import binascii
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

from leads.bodies import BodyError, read_json
from leads.cleaning import DEEPEST
from leads.inference.vocabulary import names_a_contact
from leads.inference.words import word_set

# Longer texts are somebody's file, not somebody's form.
LONGEST = 50_000
# Shorter ones are words
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
# "nome=Ana+Prado&fone=11987654321", not "https://page.example/?utm_source=google&name=Ana"
_QUERY = re.compile(r"[^\s=&:/?#<>{}\"]{1,80}=[^&]*(?:&[^\s=&<>{}\"]{1,80}=[^&]*)+")
# Possessive (`*+`): a tag that never closes must not be tried once more from each of its signs
_ROOT = re.compile(r"(?:<\?xml\b[^<>]*+>\s*)?(?:<!--.*?-->\s*)?<([A-Za-z_][\w.:-]*+)[^<>]*+>", re.DOTALL)
# What begins a text of words, not of data.
_HTML = word_set(
    "a article b blockquote body br center div dl em font h1 h2 h3 h4 html i li main ol p pre script section "
    "span strong style table tbody td tr u ul"
)


def tree_in(text: str) -> Any:
    """The tree that `text` stands for, or None where it is a text for people."""
    stripped = text.strip()
    if not 3 <= len(stripped) <= LONGEST:
        return None
    return _json_in(stripped) or _base64_in(stripped) or _query_in(stripped) or _xml_in(stripped)


def _json_in(text: str) -> Any:
    if text[0] + text[-1] not in ("{}", "[]", '""'):
        return None
    try:
        found = read_json(text)
    except BodyError:
        return None
    if isinstance(found, str):  # quoted once more on its way
        # Each time shorter, or this would not end
        return tree_in(found) if len(found) < len(text) else None
    return found


def _base64_in(text: str) -> Any:
    """Google's Pub/Sub, for one, carries every message so."""
    # No number of bytes makes 4n + 1 signs (RFC 4648 4)
    if not _BASE64.fullmatch(text) or len(text) % 4 == 1:
        return None
    try:
        # With `-` and `_` it is the alphabet for addresses (RFC 4648 5); the padding is often left out there
        decoded = base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_" if {"-", "_"} & {*text} else None
        )
        return _json_in(decoded.decode().strip() or "-")
    except (binascii.Error, ValueError):
        return None


def _query_in(text: str) -> dict[str, str] | None:
    if not _QUERY.fullmatch(text):
        return None
    found = (
        dict(parse_qsl(text, keep_blank_values=True, max_num_fields=1_000)) if text.count("&") < 1_000 else {}
    )
    # "a=1&b=2" may be anything; with a name, a phone or an e-mail among the keys it is a form
    return found if any(map(names_a_contact, found)) else None


def _xml_in(text: str) -> Any:
    root = _ROOT.match(text)
    if root is None or root[1].lower() in _HTML:
        return None
    closing = text[text.rfind("</") :].removesuffix(">").rstrip()
    if not text.endswith(">") or closing != f"</{root[1]}":
        return None
    # No XML parser: of a document from outside, a few lines of entities become gigabytes ("billion laughs")
    reader = _Elements()
    try:
        reader.feed(text)
    except AssertionError:  # what the standard library answers to `<![` with a word it does not know
        return None
    return reader.top if any(map(names_a_contact, reader.names)) else None


class _Elements(HTMLParser):
    """Elements as objects, repeated ones as lists; nothing outside the text is ever read, entities least of all."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top: dict[str, Any] = {}
        self.names: set[str] = set()
        self._open: list[tuple[str, dict[str, Any]]] = [("", self.top)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        # Deeper ones are left out: whoever walks the tree recurses
        if len(self._open) <= DEEPEST:
            self._open.append((tag, {f"@{name}": value for name, value in attrs if value}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        _add(self._open[-1][1], tag, {f"@{name}": value for name, value in attrs if value} or "")

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1][0] == tag:
            node = self._open.pop()[1]
            _add(self._open[-1][1], tag, node["#text"] if node.keys() == {"#text"} else node)

    def handle_data(self, data: str) -> None:
        if data.strip():
            node = self._open[-1][1]
            node["#text"] = f"{node.get('#text', '')}{data}"

    def unknown_decl(self, data: str) -> None:
        # The parser takes `<![CDATA[Ana]]>` for a declaration
        self.handle_data(data.removeprefix("CDATA["))


def _add(node: dict[str, Any], name: str, child: Any) -> None:
    if name not in node:
        node[name] = child
    elif isinstance(node[name], list):
        node[name].append(child)
    else:
        node[name] = [node[name], child]
