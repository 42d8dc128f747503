"""A push service and the browsers behind it: checks who signed, decrypts as a browser does.

`with PushDouble() as push:` then `push.subscribe(user)` makes a browser of `user`. What its service
worker would be given is in `push.shown`. `push.answers` are statuses for the next pushes; later ones
are accepted.
"""

import json
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from os import urandom
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

from agent import push_keys
from agent.models import PushSubscription
from leads.models import User


def as_text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def as_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """The secrets that never leave a real one."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: urandom(16))

    @property
    def p256dh(self) -> str:
        return as_text(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def decrypt(self, body: bytes) -> dict[str, Any]:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth))


@dataclass
class PushDouble:
    browsers: dict[str, Browser] = field(default_factory=dict)
    shown: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    on_accept: Any = None
    hang_seconds: float = 0.0
    server_key: str = ""
    _numbers: Any = field(default_factory=lambda: count(1))

    def __enter__(self) -> "PushDouble":
        handler = type("Handler", (_Handler,), {"double": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def subscribe(self, user: User, **over: Any) -> PushSubscription:
        """A browser that `user` asked to be told in."""
        path, browser = f"/push/{next(self._numbers)}", Browser()
        self.browsers[path] = browser
        self.server_key = push_keys.public_key()
        facts = {
            "endpoint": f"{self.url}{path}",
            "p256dh": browser.p256dh,
            "auth": as_text(browser.auth),
            "server_key": self.server_key,
        }
        return PushSubscription.objects.create(user=user, **facts | over)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """The status of the answer. A push that is not signed by us is refused, as real services do."""
        time.sleep(self.hang_seconds)
        self.headers.append(headers)
        claims = _claims_of(headers.get("authorization", ""), self.server_key)
        if claims is None or claims["aud"] != self.url or not 0 < claims["exp"] - time.time() <= 86400:
            return 403
        self.claims.append(claims)
        status = self.answers.popleft() if self.answers else 201
        if 200 <= status < 300:
            self.shown.append(self.browsers[path].decrypt(body))
            if self.on_accept:
                self.on_accept()
        return status


def _claims_of(authorization: str, key: str) -> dict[str, Any] | None:
    """What the sender claims; None where it is not signed with the key that browsers subscribed with."""
    if not authorization.startswith("vapid ") or not Vapid.verify(authorization):
        return None
    facts = dict(part.split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
    if facts["k"].rstrip("=") != key:
        return None
    return json.loads(as_bytes(facts["t"].split(".")[1]))


class _Handler(BaseHTTPRequestHandler):
    double: PushDouble

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.double.take(self.path, headers, body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""
