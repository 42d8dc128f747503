"""Ways a sender proves itself. Every comparison takes the same time whatever it compares."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from leads.models import Source

if TYPE_CHECKING:
    from leads.sources.base import Knock

# What the libraries of Standard Webhooks allow either way, and HubSpot asks for
TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"


def same(given: str, expected: str) -> bool:
    # An unset secret must not equal an empty one that was given. In bytes, for
    # of texts `compare_digest` takes ASCII alone, and headers hold anything
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def same_as_any(given: str, expected: Iterable[str]) -> bool:
    """No early end, so that the time says nothing about which secret was nearly right."""
    return sum(same(given, secret) for secret in expected) > 0


def has_bearer(knock: "Knock", secrets: Iterable[str], *, in_address: bool = False) -> bool:
    """`Authorization: Bearer …` or `X-Api-Key`; for senders that cannot set headers also `?key=`."""
    scheme, _space, token = knock.headers.get("authorization", "").partition(" ")
    # The scheme's case does not matter (RFC 9110 11.1)
    given = token.strip() if scheme.lower() == "bearer" else knock.headers.get("x-api-key", "")
    if not given and in_address:
        given = knock.query.get("key", "")
    return bool(given) and same_as_any(given, secrets)


def has_standard_signature(knock: "Knock", source: Source) -> bool:
    """Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, five minutes either way, several secrets."""
    message_id, stamp = knock.headers.get("webhook-id", ""), knock.headers.get("webhook-timestamp", "")
    if not message_id or not is_recent(stamp):
        return False
    signed = b".".join((message_id.encode("utf-8", "replace"), stamp.encode(), knock.body))
    # Several, parted by spaces, while the sender changes its secret (Standard Webhooks)
    given = [part.removeprefix("v1,") for part in knock.headers.get("webhook-signature", "").split(" ")]
    keys = [
        key
        for secret in (source.signing_secret, source.previous_signing_secret)
        if (key := signing_key(secret))
    ]
    return (
        sum(
            same_as_any(signature, [hmac_base64(key, signed) for key in keys])
            for signature in given
            if signature
        )
        > 0
    )


def signing_key(secret: str) -> bytes:
    """The bytes of a `whsec_…` secret; b"" for anything else."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True) if secret else b""
    except (binascii.Error, ValueError):
        return b""


def is_recent(stamp: str, *, in_milliseconds: bool = False) -> bool:
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 15:
        return False
    seconds = int(stamp) / (1000 if in_milliseconds else 1)
    return abs(time.time() - seconds) <= TOLERANCE_SECONDS


def hmac_base64(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()


def hmac_hex(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, hashlib.sha256).hex()
