"""Posts over persistent connections, as fast as the answers come."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CONNECTIONS = 16


@dataclass
class Load:
    """What a run of posts gave. `seconds` per answer, `statuses` by how often."""

    elapsed: float = 0.0
    seconds: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.elapsed

    def note(self, began: float, status: str) -> None:
        self.seconds.append(time.perf_counter() - began)
        self.statuses[status] = self.statuses.get(status, 0) + 1


def post_for(
    seconds: float,
    port: int,
    path: str,
    new_body: Callable[[], bytes],
    headers: str | Callable[[bytes], str] = "",
    content_type: str = "application/json",
) -> Load:
    """CONNECTIONS clients, each waiting for its answer before it posts again.

    `headers` may depend on the body, as a signature does.
    """
    load = Load()

    async def client(until: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            body = new_body()
            head = (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\n"
                f"{headers(body) if callable(headers) else headers}Content-Length: {len(body)}\r\n\r\n"
            )
            began = time.perf_counter()
            writer.write(head.encode() + body)
            load.note(began, await _status(reader))
        writer.close()

    async def run() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(client(until) for _ in range(CONNECTIONS)))

    began = time.perf_counter()
    asyncio.run(run())
    load.elapsed = time.perf_counter() - began
    return load


async def _status(reader: asyncio.StreamReader) -> str:
    """Read one answer to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
    await reader.readexactly(length)
    return lines[0].split()[1]
