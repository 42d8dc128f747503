"""One POST to an address from outside: never to a private network, never elsewhere.

The name is resolved once, every address it has is judged, and the connection goes to the judged
address itself, so that a name that answers differently the second time gains nothing. Redirects are
not followed.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings
from standardwebhooks import Webhook

from leads.waiting import lend_connection

TIMEOUT_SECONDS = 10
DEADLINE_SECONDS = 15
READ_BYTES = 2_000
FORBIDDEN = "This address is not on the public internet."
# What `is_global` takes for public, or does in some of Python's versions, although it leads inside.
_INSIDE = [
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",  # for protocols, and a cloud's metadata: RFC 6890
        "192.88.99.0/24",  # relays of 6to4, deprecated by RFC 7526
        "::ffff:0:0:0/96",  # an IPv4 address translated without state: RFC 2765
        "64:ff9b::/96",  # translated by a gateway to an IPv4 address, a private one included: RFC 6052
        "64:ff9b:1::/48",  # the same, for one's own network: RFC 8215
        "::/96",  # an IPv4 address in the deprecated manner of RFC 4291
        "fec0::/10",  # site-local, deprecated by RFC 3879 and still routed inside some networks
    )
]
# A URL's own signs, and the escapes that it has already.
_LEFT_IN_URLS = "/?%:@!$&'()*+,;=~"


class Answer(NamedTuple):
    """`status` is None where nobody answered; `error` says why, for people."""

    status: int | None
    error: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class ForbiddenAddressError(ValueError):
    """The address is not one of the public internet."""


def post_signed(url: str, secret: str, message_id: str, body: bytes) -> Answer:
    """As `post`, signed in the manner of Standard Webhooks."""
    now = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "CRM-Webhooks/1.0",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body.decode()),
    }
    return post(url, body, headers)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send once. Every failure is an answer."""
    lend_connection()
    try:
        connection, target = _connection_to(url)
    except (ForbiddenAddressError, OSError, ValueError) as error:
        return Answer(None, str(error)[:300])
    try:
        connection.connect()
        with _hanging_up_after(DEADLINE_SECONDS, connection.sock):
            connection.request("POST", target, body=body, headers={**headers, "Host": host_header(url)})
            response = connection.getresponse()
            # A little, so that nobody is cut off in the middle of a short answer; no more, for some never end
            response.read(READ_BYTES)
    except (OSError, HTTPException, ValueError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:300])
    finally:
        connection.close()
    return Answer(response.status, "" if 200 <= response.status < 300 else f"HTTP {response.status}")


@contextmanager
def _hanging_up_after(seconds: float, wire: socket.socket) -> Iterator[None]:
    """A socket's timeout counts from byte to byte, so an answer that trickles would never be late."""
    timer = Timer(seconds, _hang_up, [wire])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(wire: socket.socket) -> None:
    with suppress(OSError):
        # `shutdown` wakes a thread that waits for bytes; `close` leaves it waiting
        wire.shutdown(socket.SHUT_RDWR)


def public_address(host: str, port: int) -> str:
    """The address to connect to. ForbiddenAddressError where any address of `host` is not public."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    # All of them: a name with a public and a private address
    # could be taken for the one, and reached at the other
    if host not in settings.OUTBOUND_PRIVATE_HOSTS and not all(map(_is_public, found)):
        raise ForbiddenAddressError(FORBIDDEN)
    return found[0]


def is_web_address(url: str) -> bool:
    """Of http or https, and without a login: `http://shop.example@10.0.0.1/` reads like an address of the shop."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and not parts.username


def is_surely_forbidden(url: str) -> bool:
    """Whether no name stands between `url` and a private network, so that nothing has to be asked."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.endswith("localhost") and host not in settings.OUTBOUND_PRIVATE_HOSTS
    return host not in settings.OUTBOUND_PRIVATE_HOSTS and not _is_public(host)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if any(address in block for block in _INSIDE):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        # `::ffff:10.0.0.1`, 6to4 (RFC 3056) and Teredo (RFC 4380) carry an IPv4 address within
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if hidden:
            return _is_public(str(hidden))
    return address.is_global and not address.is_multicast


def _connection_to(url: str) -> tuple[HTTPConnection, str]:
    parts = urlsplit(url)
    if not is_web_address(url) or not parts.hostname:
        raise ForbiddenAddressError("Only http and https addresses without a login are sent to.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(parts.hostname, port)
    if parts.scheme == "http":
        return HTTPConnection(address, port, timeout=TIMEOUT_SECONDS), _target(parts)
    return _PinnedHTTPSConnection(_ascii(parts.hostname), address, port), _target(parts)


def _target(parts: SplitResult) -> str:
    """The path and the query in ASCII, as a request line has to be: `/ação` becomes `/a%C3%A7%C3%A3o`."""
    path = quote(parts.path or "/", safe=_LEFT_IN_URLS)
    return path + (f"?{quote(parts.query, safe=_LEFT_IN_URLS)}" if parts.query else "")


def host_header(url: str) -> str:
    return _ascii(urlsplit(url).netloc)


def _ascii(name: str) -> str:
    """`café.example` as the DNS knows it: `xn--caf-dma.example`."""
    return name if name.isascii() else name.encode("idna").decode()


class _PinnedHTTPSConnection(HTTPSConnection):
    """TLS for the name, to the address that was judged."""

    def __init__(self, host: str, address: str, port: int) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=TIMEOUT_SECONDS, context=self._tls)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
