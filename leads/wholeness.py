"""Whether all of a request came. Half a form reads like a whole one, so nobody may be made a lead of it.

A server may hand over what came before the sender was gone as if that were all (granian does). Where the
length was said, it tells; else the body itself must show its end: JSON closes, a form in parts has a last
boundary, a signature is over the whole. A plain form of unknown length shows nothing.
"""

import re
import zlib
from collections.abc import Mapping
from email.message import Message
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from leads.bodies import BodyError, read_body

# Set by the server's side for bodies without a length; kept in the place of the length.
UNMEASURED = "crm.unmeasured"
UNKNOWN = "unknown"
COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_JSON = re.compile(rb"[\s\x00\xef\xbb\xbf\xfe\xff]*[\[{\"]")


class BrokenOffError(OSError):
    """The connection ended before the body did."""

    def __init__(self, partial: bytes) -> None:
        super().__init__("The body ended early")
        self.partial = partial


def read_whole(body: bytes, content_type: str, headers: Mapping[str, str]) -> Any:
    """The tree in a stored body (`read_body`). Raises BodyError, also where not all of it came."""
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:18]) > len(body):
        text = _("The connection broke off: %(came)d of %(length)s bytes came.")
        raise BodyError(text % {"came": len(body), "length": length[:18]})
    plain = unpacked(body, headers)
    # What was compressed shows its end
    if length == UNKNOWN and plain is body and not shows_its_end(body, content_type):
        raise BodyError(_("Whether this form is whole cannot be told: it came without a length. Send one."))
    try:
        return read_body(plain, content_type)
    except BodyError:
        encoding = _encoding(headers)
        if plain is body and encoding not in ("", "identity"):
            text = _(
                "The body says that it is compressed (%(how)s), and cannot be unpacked: send gzip or deflate."
            )
            raise BodyError(text % {"how": encoding[:20]}) from None
        raise


def unpacked(body: bytes, headers: Mapping[str, str]) -> bytes:
    """What was compressed on its way. Raises BodyError where that is too much, or not all of it."""
    if _encoding(headers) not in COMPRESSED:
        return body
    reader = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        plain = reader.decompress(body, settings.WEBHOOK_MAX_BYTES)
    except zlib.error:
        return _bare(body, headers)
    if not reader.eof:
        raise BodyError(_("The compressed body breaks off, or is too large when it is unpacked."))
    return plain


def _bare(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Without the wrapping that deflate should have; as it came where a proxy had unpacked it and left the header."""
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = reader.decompress(body, settings.WEBHOOK_MAX_BYTES)
    except zlib.error:
        return body
    # Nearly any bytes begin like such a stream; few end like one
    is_whole = reader.eof and not reader.unused_data
    return plain if is_whole and _encoding(headers) == "deflate" else body


def _encoding(headers: Mapping[str, str]) -> str:
    return headers.get("content-encoding", "").strip().lower()


def shows_its_end(body: bytes, content_type: str) -> bool:
    """Where JSON does not close, `read_body` finds that out."""
    message = Message()
    message["content-type"] = " ".join(content_type.split())
    boundary = str(message.get_param("boundary") or "")
    if message.get_content_type() == "multipart/form-data":
        return body.rstrip().endswith(f"--{boundary}--".encode())
    return bool(_JSON.match(body)) or b"=" not in body
