"""Between our processes: one Redis channel, each message an address and the ready text for browsers.

The address is one line of JSON that a socket process reads; the text behind it is passed on unread.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

from django.conf import settings


@dataclass(frozen=True)
class Address:
    """Whose sockets get a text. `closes` names a session whose sockets are closed instead.

    `only` are people who are meant themselves, whatever their role.
    """

    users: tuple[int, ...] = ()
    managers: bool = False
    closes: str = ""
    only: tuple[int, ...] = ()

    def reaches(self, user_id: int, *, is_manager: bool) -> bool:
        """Managers see every lead, so that what is said to its losers is not said to them."""
        return user_id in self.only or (self.managers if is_manager else user_id in self.users)


def channel() -> str:
    """Read late: test processes side by side have a prefix each, and must not hear each other."""
    return f"{settings.REDIS_PREFIX}board"


def pack(address: Address, text: str) -> bytes:
    return f"{json.dumps(asdict(address))}\n{text}".encode()


def unpack(message: bytes) -> tuple[Address, str]:
    # JSON writes a line break as \n, so that the first real one ends the address
    header, _, text = message.decode().partition("\n")
    facts = json.loads(header)
    return Address(tuple(facts["users"]), facts["managers"], facts["closes"], tuple(facts["only"])), text


def session_mark(session_key: str) -> str:
    """Names a session without giving it away."""
    return hashlib.sha256(session_key.encode()).hexdigest()
