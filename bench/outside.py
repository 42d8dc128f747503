"""The model and Twilio in one small server, so that what is measured beside them is ours.

`python -m bench.outside PORT SECONDS`: the model answers after SECONDS, Twilio at once. `GET /report` says when
Twilio was handed a message to whom, and how many calls to the model were under way at most; `GET /forget` begins anew.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import count
from urllib.parse import parse_qs

from agent.tests.model_answers import ASKS_WHERE

CHOICE = {
    "index": 0,
    "message": {"role": "assistant", "content": json.dumps(ASKS_WHERE)},
    "finish_reason": "stop",
}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "bench",
    "choices": [CHOICE],
    "usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150},
}
_numbers = count(1)


@dataclass
class Report:
    """`handed`: client → when Twilio had the message, seconds of the wall clock. The other two count model calls."""

    handed: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    at_once: int = 0
    most_at_once: int = 0


class Outside:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.report = Report()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request, until it is closed."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                fields = dict(line.split(": ", 1) for line in head.lower().split("\r\n")[1:] if line)
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                status, answer = await self.answer(head.split(" ", 2)[1], body)
                payload = json.dumps(answer).encode()
                writer.write(
                    f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(payload)}\r\n\r\n".encode()
                    + payload
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def answer(self, path: str, body: bytes) -> tuple[int, object]:
        if path.endswith("/chat/completions"):
            return 200, await self._think()
        if path.endswith("/Messages.json"):
            return 201, self._accept(parse_qs(body.decode()))
        if path.endswith("/Indicators/Typing.json"):
            return 200, {"success": True}
        if path == "/forget":
            self.report = Report()
        return 200, asdict(self.report)

    async def _think(self) -> object:
        report = self.report
        report.calls, report.at_once = report.calls + 1, report.at_once + 1
        report.most_at_once = max(report.most_at_once, report.at_once)
        await asyncio.sleep(self.seconds)
        report.at_once -= 1
        return COMPLETION

    def _accept(self, form: dict[str, list[str]]) -> object:
        # The first message counts: a reply may come in pieces
        self.report.handed.setdefault(form["To"][0], time.time())
        return {
            "sid": f"SM{next(_numbers):032x}",
            "status": "queued",
            "to": form["To"][0],
            "body": form["Body"][0],
        }


async def main(port: int, seconds: float) -> None:
    server = await asyncio.start_server(
        partial(Outside.serve, Outside(seconds)), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
