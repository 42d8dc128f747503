"""A mail server on a local port that takes letters, or fails as it is told to.

Behaviours, each for the next letter: `refuse:550` and `refuse:450` (the recipient), `reject:554` (the
text), `take_then_drop` (the letter is taken, the connection breaks before the answer). What was taken is in `letters`.
"""

import socketserver
import threading
from collections import deque
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class MailDouble:
    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.behaviours: deque[str] = deque()
        self.on_accept: Any = None

    def __enter__(self) -> "MailDouble":
        handler = type("Handler", (_Handler,), {"double": self})
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self) -> int:
        return self.server.server_address[1]


class _Handler(socketserver.StreamRequestHandler):
    double: MailDouble

    def handle(self) -> None:
        self.behaviour = self.double.behaviours.popleft() if self.double.behaviours else ""
        self.say("220 double")
        while line := self.rfile.readline().strip().upper():
            verb = line.split(b" ")[0].split(b":")[0].decode()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "DATA" and not self.take():
                return
            if verb != "DATA":
                self.say(self.answer(verb))

    def answer(self, verb: str) -> str:
        if verb == "RCPT" and self.behaviour.startswith("refuse:"):
            return f"{self.behaviour[7:]} no such mailbox"
        return "250 ok"

    def take(self) -> bool:
        """False where the connection breaks."""
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if self.behaviour.startswith("reject:"):
            self.say(f"{self.behaviour[7:]} not wanted")
            return True
        self.double.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if self.double.on_accept:
            self.double.on_accept()
        if self.behaviour == "take_then_drop":
            return False
        self.say("250 taken")
        return True

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
