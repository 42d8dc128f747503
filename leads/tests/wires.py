"""A local HTTP server in the place of a vendor: answers by path, remembers what it was asked."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from leads.sources import throttling


class Wire:
    """`answers[path]` is (status, JSON) or (status, JSON, headers), or a list of such, used up one by one.

    `delays[path]`: seconds until it is given. `at_once[path]`: how many asked at the same time, at most.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.bodies: list[bytes] = []
        self.url = ""
        self.delays: dict[str, float] = {}
        self.at_once: Counter[str] = Counter()
        self._now: Counter[str] = Counter()

    @contextmanager
    def being_asked(self, target: str) -> Iterator[None]:
        path = urlsplit(target).path
        self._now[path] += 1
        self.at_once[path] = max(self.at_once[path], self._now[path])
        time.sleep(self.delays.get(path, 0))
        try:
            yield
        finally:
            self._now[path] -= 1

    def answer(self, target: str, headers: dict[str, str]) -> tuple[Any, ...]:
        parts = urlsplit(target)
        self.asked.append((parts.path, {key: one[0] for key, one in parse_qs(parts.query).items()}, headers))
        found = self.answers.get(parts.path, (404, {"error": {"code": 100}}))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


@contextmanager
def running_wire() -> Iterator[Wire]:
    wire = Wire()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked_with = {key.lower(): value for key, value in self.headers.items()}
            status, body, *more = wire.answer(self.path, asked_with)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if status in (301, 302, 307):
                self.send_header("Location", body["location"])
            for name, value in more[0].items() if more else ():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            wire.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            with wire.being_asked(self.path):
                self.do_GET()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    wire.url = f"http://127.0.0.1:{server.server_port}"
    # A wire of before may have had this port, and asked to be left alone
    throttling.forget(wire.url)
    try:
        yield wire
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
