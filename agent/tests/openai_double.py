"""A scripted server that speaks OpenAI's protocol, for tests in this process and in others.

Each request takes the first step that fits, in order. A request without a step gets the `standing`
one, or else status 599, and `assert_complete` fails. Control from other processes over HTTP:
`PUT /__script` (a JSON list of steps), `GET /__calls`, `POST /__reset`.
"""

from __future__ import annotations

import json
import socket
import time
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

USAGE = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}


@dataclass(frozen=True)
class Step:
    """What the server does once. `answer` becomes the content as JSON; `body` is sent as it is.

    `delay`: seconds before the first byte. `drip`: seconds between bytes. `drop`: hang up instead.
    `when`: only for a request whose last message contains this.
    """

    answer: dict[str, Any] | None = None
    content: str | None = None
    refusal: str | None = None
    finish_reason: str = "stop"
    usage: dict[str, int] | None = field(default_factory=lambda: USAGE)
    status: int = 200
    error: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    content_type: str = "application/json"
    delay: float = 0
    drip: float = 0
    drop: bool = False
    when: str = ""
    text: str = ""

    def fits(self, request: dict[str, Any]) -> bool:
        last = (request.get("messages") or [{}])[-1].get("content", "")
        return self.when in str(last)

    def payload(self, request: dict[str, Any]) -> str:
        if self.body is not None:
            return self.body
        if self.status != 200:
            return json.dumps({"error": self.error or {"message": "scripted failure", "code": None}})
        content = json.dumps(self.answer) if self.answer is not None else self.content
        message = {"role": "assistant", "content": content, "refusal": self.refusal}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1}
        return json.dumps(
            head | {"model": request.get("model", ""), "choices": [choice], "usage": self.usage}
        )


@dataclass(frozen=True)
class Call:
    path: str
    request: dict[str, Any]
    headers: dict[str, str]
    at: float

    @property
    def prompt(self) -> str:
        """Everything that the model was shown."""
        return "\n".join(str(message["content"]) for message in self.request.get("messages", []))


class OpenAIDouble:
    """`with OpenAIDouble() as double:` and `double.base_url` is the address to configure."""

    def __init__(self, port: int = 0, standing: dict[str, Any] | None = None) -> None:
        self.steps: list[Step] = []
        self.standing = Step(**standing) if standing else None
        self.calls: list[Call] = []
        self.unscripted = 0
        self.lock = Lock()
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.double = self

    def __enter__(self) -> OpenAIDouble:
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def script(self, *steps: dict[str, Any]) -> OpenAIDouble:
        with self.lock:
            self.steps += [Step(**step) for step in steps]
        return self

    def reset(self) -> None:
        with self.lock:
            self.steps, self.calls, self.unscripted = [], [], 0

    def assert_complete(self) -> None:
        """Every step was used and nothing else was asked."""
        assert not self.steps, f"{len(self.steps)} scripted steps were never asked for"
        assert not self.unscripted, f"{self.unscripted} requests had no step"

    def take(self, call: Call) -> Step:
        with self.lock:
            self.calls.append(call)
            for index, step in enumerate(self.steps):
                if step.fits(call.request):
                    return self.steps.pop(index)
            if self.standing is None:
                self.unscripted += 1
            return self.standing or Step(status=599)


class Server(ThreadingHTTPServer):
    """Knows the script that its handlers follow."""

    daemon_threads = True
    request_queue_size = 256
    double: OpenAIDouble


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/__calls":
            self._answer([asdict(call) for call in self.server.double.calls])
        else:
            self._answer({"object": "list", "data": [{"id": "double-1", "object": "model"}]})

    def do_PUT(self) -> None:
        self.server.double.script(*json.loads(self._read()))
        self._answer({})

    def do_POST(self) -> None:
        raw = self._read()
        if self.path == "/__reset":
            self.server.double.reset()
            return self._answer({})
        is_json = "json" in self.headers.get("content-type", "")
        request = json.loads(raw) if is_json else {"bytes": len(raw)}
        step = self.server.double.take(Call(self.path, request, dict(self.headers), time.monotonic()))
        return self._perform(step, request)

    def _perform(self, step: Step, request: dict[str, Any]) -> None:
        time.sleep(step.delay)
        if step.drop:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        is_speech = self.path.endswith("/transcriptions") and step.body is None and step.status == 200
        payload = json.dumps({"text": step.text}) if is_speech else step.payload(request)
        self._send(payload.encode(), step)

    def _send(self, body: bytes, step: Step) -> None:
        try:
            self.send_response(step.status)
            for name, value in (step.headers | {"content-type": step.content_type}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self._write(body, step.drip)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _write(self, body: bytes, drip: float) -> None:
        if not drip:
            self.wfile.write(body)
            return
        for position in range(len(body)):
            self.wfile.write(body[position : position + 1])
            self.wfile.flush()
            time.sleep(drip)

    def _answer(self, value: object) -> None:
        self._send(json.dumps(value).encode(), Step())

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def log_message(self, *_line: object) -> None:
        """Quiet: the call log says it all."""
