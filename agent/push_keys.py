"""The key that push services know us by: of the environment, else made once and kept encrypted."""

from base64 import urlsafe_b64encode
from email.utils import parseaddr
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from py_vapid import Vapid, VapidException

from agent.models import PushKey


def signing_key() -> Vapid:
    """The private key, ready to sign."""
    return _key_of(settings.VAPID_PRIVATE_KEY or _kept_key())


def public_key() -> str:
    """What a browser subscribes with: the uncompressed point, base64url without padding."""
    return _public_half(signing_key())


def public_half_of(kept: PushKey) -> str:
    """The same of the key that is kept, whichever is in use; '' where it cannot be read any more."""
    return _public_half(_key_of(kept.private_key)) if kept.private_key else ""


def _public_half(key: Vapid) -> str:
    return _text(key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def subject() -> str:
    """Whom a push service may write to about our pushes."""
    return settings.VAPID_SUBJECT or f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


@cache
def _key_of(private_key: str) -> Vapid:
    try:
        return Vapid.from_string(private_key)
    except (ValueError, TypeError, VapidException) as error:
        raise ImproperlyConfigured(
            "VAPID_PRIVATE_KEY is no key: 32 bytes of a P-256 private key in base64url, or DER in base64."
        ) from error


def _kept_key() -> str:
    """Of processes that start together the first one's key wins. One that cannot be read any more is replaced."""
    PushKey.objects.bulk_create([PushKey(private_key=new_key())], ignore_conflicts=True)
    kept = PushKey.objects.get()
    if not kept.private_key:
        kept.private_key = new_key()
        kept.save(update_fields=["private_key"])
    return kept.private_key


def new_key() -> str:
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    # The form in which `web-push generate-vapid-keys` writes it
    return _text(number.to_bytes(32, "big"))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
