"""The browsers that people want to be told in. What a browser says of itself comes from outside."""

import ipaddress
from base64 import urlsafe_b64decode
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils.translation import gettext as _

from agent import push_keys
from agent.models import PushSubscription
from leads.errors import InvalidError
from leads.models import User

# Browsers that are reinstalled leave dead subscriptions behind, and each notice would knock at all of them
MOST_DEVICES = 10
# RFC 8291 3.2
AUTH_BYTES = 16
LONGEST_ENDPOINT = 1000


def subscribe(
    user: User, *, endpoint: str, p256dh: str, auth: str, device: str = ""
) -> tuple[PushSubscription, bool]:
    """Remember a browser; (row, is it new). One that somebody else used before is this person's from now on.

    InvalidError where the address cannot be a push service's or the keys are none. Of too many devices
    the oldest is forgotten.
    """
    _check_endpoint(endpoint)
    _check_keys(p256dh, auth)
    facts = {
        "user": user,
        "p256dh": p256dh,
        "auth": auth,
        "server_key": push_keys.public_key(),
        "device": device[:120],
        "last_error": "",
    }
    # By the endpoint, which is a browser's: on a shared computer the last who signs up is told there, and
    # nobody else's leads are shown to them
    row, is_new = PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=facts)
    surplus = (
        PushSubscription.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True)[MOST_DEVICES:]
    )
    PushSubscription.objects.filter(pk__in=list(surplus)).delete()
    return row, is_new


def unsubscribe(user: User, *, endpoint: str = "", device_id: int | None = None) -> bool:
    """Forget one browser of this person, by its address or by our id. False: there was none."""
    rows = PushSubscription.objects.filter(user=user)
    rows = rows.filter(endpoint=endpoint) if device_id is None else rows.filter(pk=device_id)
    return bool(rows.delete()[0])


def _check_endpoint(endpoint: str) -> None:
    """The name is judged once more when it is resolved for sending (`leads/outbound/wire.py`)."""
    try:
        parts = urlsplit(endpoint)
        host, is_plain = parts.hostname or "", not parts.username and (parts.port or 443) > 0
    except ValueError:
        host, is_plain = "", False
    # Addresses of one's own network are opened by the settings alone, as for every other call outside
    is_known = host in settings.OUTBOUND_PRIVATE_HOSTS
    is_fit = is_known or (parts.scheme == "https" and _may_be_public(host)) if host else False
    if not (is_fit and is_plain and len(endpoint) <= LONGEST_ENDPOINT and endpoint.isascii()):
        raise InvalidError(fields={"endpoint": [_("This is not the address of a push service.")]})


def _may_be_public(host: str) -> bool:
    """A name may be; an address has to be."""
    try:
        # A subscription is a URL that we call: a private address would let a browser probe our network (SSRF)
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host


def _check_keys(p256dh: str, auth: str) -> None:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes_of(p256dh))
        is_secret = len(_bytes_of(auth)) == AUTH_BYTES
    except ValueError:
        is_secret = False
    if not is_secret:
        raise InvalidError(fields={"keys": [_("These are not the keys of a browser.")]})


def _bytes_of(text: str) -> bytes:
    # Browsers leave the padding out, Python wants it
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
