"""The real servers, started for a benchmark and stopped after it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.stack import free_port

START_SECONDS = 120


@contextmanager
def wsgi_server() -> Iterator[int]:
    """What production runs for pages, API and webhooks. Gives the port."""
    with _running(
        lambda port: [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws"),
            *("--port", str(port), "--workers", "2", "--blocking-threads", "8", "crm.wsgi:application"),
        ]
    ) as port:
        yield port


@contextmanager
def socket_server(name: str) -> Iterator[int]:
    """`daphne`, as in `make run`, or `uvicorn`, as in production."""
    commands = {
        "daphne": lambda port: ["-m", "daphne", "--port", str(port), "crm.asgi:application"],
        "uvicorn": lambda port: [
            *("-m", "uvicorn", "crm.asgi:application", "--port", str(port), "--log-level", "error"),
            # As in the Procfile: a frame that goes to hundreds would be deflated for each of them
            *("--ws-per-message-deflate", "false", "--lifespan", "off"),
        ],
    }
    with _running(lambda port: [sys.executable, *commands[name](port)]) as port:
        yield port


@contextmanager
def _running(command: Callable[[int], list[str]]) -> Iterator[int]:
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DB_POOL_SIZE": "0"}
    with subprocess.Popen(
        command(port), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz")
            yield port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
