"""Servers on a local port that answer as badly as a test wants."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
LONG_SECONDS = 30  # how long the servers go on when nobody cuts them
Say = Callable[[socket.socket], None]


@contextmanager
def serving(say: Say, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """An address where whoever connects is answered by `say`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, say, tls), daemon=True).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}/"


def _serve(listening: socket.socket, say: Say, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connected, _ = listening.accept()
            with tls.wrap_socket(connected, server_side=True) if tls else connected as talking:
                say(talking)
        except OSError:
            if listening.fileno() == -1:
                return


def drip_head(talking: socket.socket) -> None:
    talking.sendall(HEAD + b"X-Slow: ")
    drip(talking)


def drip_body(talking: socket.socket) -> None:
    talking.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    drip(talking)


def drip_body_of_no_length(talking: socket.socket) -> None:
    talking.sendall(HEAD + b"\r\n")
    drip(talking)


def say_nothing(talking: socket.socket) -> None:
    talking.recv(65536)
    time.sleep(LONG_SECONDS)


def drip(talking: socket.socket) -> None:
    ends_at = time.monotonic() + LONG_SECONDS
    while time.monotonic() < ends_at:
        talking.sendall(b".")
        time.sleep(0.05)


def say_hello(talking: socket.socket) -> None:
    talking.recv(65536)
    talking.sendall(HEAD + b"Content-Length: 5\r\n\r\nhello")
