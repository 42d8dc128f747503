"""A server that speaks Meta's Graph API over HTTP as far as the WhatsApp Cloud API needs it.

`with CloudDouble() as cloud:` then point META_GRAPH_URL at `cloud.url`. What it accepted is in
`cloud.accepted`, everything that came in `cloud.requests`. `cloud.behave("400:131047")`: the next
message is answered so, later ones are accepted.
"""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

NUMBER_ID, BUSINESS_ID, TOKEN = "106540352242922", "102290129340398", "EAAJB-double"


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]


@dataclass
class CloudDouble:
    """Behaviours: ok, 429, 400:CODE, 500, hang, drip, garbage, empty, drop, error_in_200:CODE."""

    hang_seconds: float = 3.0
    requests: list[Asked] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    typing: list[dict[str, Any]] = field(default_factory=list)
    behaviours: deque[str] = field(default_factory=deque)
    templates: list[dict[str, Any]] = field(default_factory=list)
    templates_per_page: int = 2
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    file_urls: dict[str, str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    def __enter__(self) -> "CloudDouble":
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
        return f"http://127.0.0.1:{self.server.server_address[1]}/v25.0"

    def behave(self, *behaviours: str) -> None:
        self.behaviours.extend(behaviours)

    def accept(self, message: dict[str, Any]) -> dict[str, Any]:
        sid = f"wamid.HBgNNTUxMTk4NzY1NDMyMRUCABEYEjhDMDA{next(self._numbers):048d}A="
        self.accepted.append(message | {"id": sid})
        return {"messaging_product": "whatsapp", "messages": [{"id": sid}]}


class _Handler(BaseHTTPRequestHandler):
    double: CloudDouble

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        path = self._note(body)
        if not self._is_let_in():
            return
        if path != f"/{NUMBER_ID}/messages" or body.get("messaging_product") != "whatsapp":
            self._refuse(400, 100)
        elif body.get("status") == "read":
            self.double.typing.append(body)
            self._answer(200, {"success": True})
        else:
            self._create(body)

    def do_GET(self) -> None:
        path = self._note({})
        if not self._is_let_in():
            return
        if path == f"/{BUSINESS_ID}/message_templates":
            self._list_templates()
        elif path == f"/{NUMBER_ID}":
            known = {"verified_name": "Casa Norte", "display_phone_number": "+1 415-523-8886"}
            self._answer(200, known | {"id": NUMBER_ID, "quality_rating": "GREEN"})
        elif path in self.double.files:
            content_type, content = self.double.files[path]
            self._send(200, content, content_type)
        elif path.strip("/") in self.double.file_urls:
            self._answer(200, {"url": self.double.file_urls[path.strip("/")], "id": path.strip("/")})
        else:
            self._refuse(404, 100)

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _note(self, body: dict[str, Any]) -> str:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/v25.0")
        self.double.requests.append(Asked(self.command, path, dict(parse_qsl(parts.query)), body))
        return path

    def _is_let_in(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._refuse(401, 190)
        return False

    def _create(self, body: dict[str, Any]) -> None:
        behaviour = self.double.behaviours.popleft() if self.double.behaviours else "ok"
        kind, _, code = behaviour.partition(":")
        if kind == "drop":
            self.close_connection = True
        elif kind == "hang":
            time.sleep(self.double.hang_seconds)
        elif kind == "drip":
            self._drip()
        elif kind == "garbage":
            self._send(200, b"<html>", "text/html")
        elif kind == "empty":
            self._answer(200, {})
        elif kind == "error_in_200":
            self._refuse(200, int(code))
        elif kind in ("400", "429", "500"):
            self._refuse(int(kind), int(code or {"429": 130429, "500": 131000}.get(kind, 100)))
        else:
            self._answer(200, self.double.accept(body))

    def _drip(self) -> None:
        """A byte now and then: nothing is ever late, and nothing ever ends."""
        ends_at = time.monotonic() + self.double.hang_seconds
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while time.monotonic() < ends_at:
            self.wfile.write(b".")
            time.sleep(0.05)
        self.close_connection = True

    def _list_templates(self) -> None:
        query, size = self.double.requests[-1].query, self.double.templates_per_page
        start = int(query.get("after") or 0)
        end = start + size
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(self.double.templates):
            paging["next"] = f"https://graph.facebook.com/v25.0/{BUSINESS_ID}/message_templates?after={end}"
        self._answer(200, {"data": self.double.templates[start:end], "paging": paging})

    def _refuse(self, status: int, code: int) -> None:
        error = {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
        self._answer(status, {"error": error})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
