"""A server that speaks Twilio's REST over HTTP and fails as it is told to.

`with TwilioDouble() as twilio:` then point TWILIO_API_BASE_URL at `twilio.url`. What it accepted is
in `twilio.accepted`, everything that came in `twilio.requests`. `twilio.behave("429", "500")`: the
next two messages are answered so, later ones are accepted; `twilio.behaved` counts them. `with twilio.refusing():`
nobody listens. While `twilio.answers_typing` is cleared, whoever shows the dots waits, for `hang_seconds` at most.
"""

import json
import select
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.utils import timezone

ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "double-secret"


@dataclass
class Received:
    method: str
    path: str
    form: dict[str, str]
    authorization: str
    content_type: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class TwilioDouble:
    """Behaviours: ok, 429, 400:CODE, 500, hang, drip, accept_then_ these three, garbage, empty, drop."""

    hang_seconds: float = 3.0
    requests: list[Received] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    typing_answered: list[str] = field(default_factory=list)
    answers_typing: threading.Event = field(default_factory=threading.Event)
    behaviours: deque[str] = field(default_factory=deque)
    behaved: Counter[str] = field(default_factory=Counter)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)
    contents: list[dict[str, Any]] = field(default_factory=list)
    contents_per_page: int = 2
    on_accept: Any = None
    on_list: Any = None
    _numbers: Any = field(default_factory=lambda: count(1))
    _lock: Any = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.answers_typing.set()

    def __enter__(self) -> "TwilioDouble":
        self._listen(0)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Connections are refused for a while; calls that are being answered go on."""
        port = self.server.server_address[1]
        self._stop()
        try:
            yield
        finally:
            self._listen(port)

    def _listen(self, port: int) -> None:
        handler = type("Handler", (_Handler,), {"double": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def _stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def bodies(self) -> list[str]:
        return [message["body"] for message in self.accepted]

    def behave(self, *behaviours: str) -> None:
        self.behaviours.extend(behaviours)

    def add_content(self, body: str, name: str = "", **over: Any) -> dict[str, Any]:
        """A template of the account's. `status`: what WhatsApp says of it; `types` instead of plain `body`."""
        number = next(self._numbers)
        status = over.pop("status", "approved")
        content = {
            "sid": f"HX{number:032x}",
            "account_sid": ACCOUNT_SID,
            "friendly_name": name or f"template_{number}",
            "language": "pt_BR",
            "variables": {},
            "types": {"twilio/text": {"body": body}},
            "url": f"https://content.twilio.com/v1/Content/HX{number:032x}",
            "links": {},
            "approval": {"status": status, "category": "UTILITY", "rejection_reason": ""},
        } | over
        self.contents.append(content)
        return content

    def accept(self, form: dict[str, str]) -> dict[str, Any]:
        now = format_datetime(timezone.now())
        record = {
            "sid": f"SM{next(self._numbers):032x}",
            "from": form.get("From"),
            "to": form.get("To"),
            "body": form.get("Body", ""),
            "content_sid": form.get("ContentSid"),
            "content_variables": form.get("ContentVariables"),
            "media_url": form.get("MediaUrl"),
            "status": "queued",
            "error_code": None,
            "num_media": "0",
            "direction": "outbound-api",
            "date_created": now,
            # Twilio accepts first and sends later
            "date_sent": None,
            "status_callback": form.get("StatusCallback", ""),
        }
        with self._lock:
            self.accepted.append(record)
        if self.on_accept:
            self.on_accept(record)
        return record


class _Handler(BaseHTTPRequestHandler):
    double: TwilioDouble

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        pairs = parse_qsl(body, keep_blank_values=True)
        form = dict(pairs)
        self._note("POST", pairs)
        if self.path.endswith("/Messages.json"):
            self._create(form)
        elif self.path.endswith("/Indicators/Typing.json"):
            self.double.typing.append(form["messageId"])
            self.double.answers_typing.wait(self.double.hang_seconds)
            self.double.typing_answered.append(form["messageId"])
            self._answer(200, {"success": True})
        else:
            self._answer(404, {"code": 20404, "message": "not found"})

    def do_GET(self) -> None:
        pairs = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        query = dict(pairs)
        self._note("GET", pairs)
        path = urlsplit(self.path).path
        if path in self.double.failing:
            status = self.double.failing[path]
            self._answer(status, {"code": 20000 + status, "message": "no", "status": status})
            return
        if path in self.double.redirects:
            self._send(302, b"", Location=self.double.redirects[path])
            return
        if path in self.double.files:
            content_type, content = self.double.files[path]
            self._send(200, content, **{"Content-Type": content_type})
            return
        if path.endswith(f"/Accounts/{ACCOUNT_SID}.json"):
            self._answer(200, {"sid": ACCOUNT_SID, "status": "active"})
            return
        if path.startswith("/2010-04-01/Accounts/") and path.count("/") == 3:
            self._answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
            return
        if path in self.double.lists:
            key, found = self.double.lists[path]
            self._answer(200, {key: found, "meta": {"key": key, "next_page_url": None}})
            return
        if path.startswith("/v1/Content"):
            self._content(path, query)
            return
        if self.double.on_list:
            self.double.on_list()
        asked = {ours: query[theirs] for theirs, ours in (("To", "to"), ("From", "from")) if theirs in query}
        found = [
            one
            for one in self.double.accepted
            if all(one[key] == asked[key] for key in asked) and _is_within(one, query)
        ]
        self._answer(200, {"messages": found[::-1], "next_page_uri": None, "page_size": 50})

    def _content(self, path: str, query: dict[str, str]) -> None:
        if self._fails():
            return
        sid = path.removeprefix("/v1/Content").removesuffix("/ApprovalRequests").strip("/")
        if sid:
            found = next((one for one in self.double.contents if one["sid"] == sid), None)
            missing = {"code": 20404, "message": "not found", "status": 404}
            self._answer(
                200 if found else 404, {"sid": sid, "whatsapp": found["approval"]} if found else missing
            )
            return
        size, page = self.double.contents_per_page, int(query.get("Page", 0))
        shown = self.double.contents[page * size : (page + 1) * size]
        has_more = len(self.double.contents) > (page + 1) * size
        following = f"https://content.twilio.com/v1/Content?PageSize={size}&Page={page + 1}"
        meta = {"key": "contents", "page": page, "next_page_url": following if has_more else None}
        self._answer(200, {"contents": shown, "meta": meta})

    def _fails(self) -> bool:
        """Whether the next told behaviour was a failure, now answered."""
        behaviour = self.double.behaviours.popleft() if self.double.behaviours else "ok"
        if behaviour == "ok":
            return False
        self._answer(429 if behaviour == "429" else 500, {"code": 20500, "message": "no", "status": 500})
        return True

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _note(self, method: str, pairs: list[tuple[str, str]]) -> None:
        said = [self.headers.get(name, "") for name in ("Authorization", "Content-Type")]
        path = urlsplit(self.path).path
        self.double.requests.append(Received(method, path, dict(pairs), *said, pairs))

    def _create(self, form: dict[str, str]) -> None:
        behaviour = self.double.behaviours.popleft() if self.double.behaviours else "ok"
        self.double.behaved[behaviour] += 1
        if behaviour.startswith("accept_then"):
            self.double.accept(form)
        if behaviour == "drop":
            self.close_connection = True
        elif behaviour == "429":
            self._answer(429, {"code": 20429, "message": "Too Many Requests", "status": 429})
        elif behaviour.startswith("400:"):
            self._answer(400, {"code": int(behaviour[4:]), "message": "no", "status": 400})
        elif behaviour.endswith("500"):
            self._answer(500, {"code": 20500, "message": "Internal Server Error", "status": 500})
        elif behaviour.endswith("hang"):
            self._hang()
        elif behaviour.endswith("drip"):
            self._drip()
        elif behaviour == "garbage":
            self.double.accept(form)
            self._send(201, b"<html>created</html>")
        elif behaviour == "empty":
            self.double.accept(form)
            self._answer(201, {})
        else:
            self._answer(201, self.double.accept(form))

    def _hang(self) -> None:
        """No answer until the caller hangs up, which is `behaved` as well."""
        is_readable, _, _ = select.select([self.connection], [], [], self.double.hang_seconds)
        self.double.behaved["hung up"] += bool(is_readable)
        self.close_connection = True

    def _drip(self) -> None:
        """The beginning of an answer, a byte now and then: nothing is ever late, and nothing ever ends."""
        ends_at = time.monotonic() + self.double.hang_seconds
        self.send_response(201)
        self.end_headers()
        while time.monotonic() < ends_at:
            self.wfile.write(b" ")
            time.sleep(0.05)
        self.close_connection = True

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _is_within(record: dict[str, Any], query: dict[str, str]) -> bool:
    """Both ends count, as at Twilio. What is not sent yet is within no time; what came in was sent."""
    sent = record["date_sent"] or (record["date_created"] if record["direction"] == "inbound" else None)
    since, until = (query.get(f"DateSent{sign}") for sign in "><")
    if sent is None:
        return not (since or until)
    moment = parsedate_to_datetime(sent)
    return (not since or moment >= datetime.fromisoformat(since)) and (
        not until or moment <= datetime.fromisoformat(until)
    )
