"""What the rest of the agent knows of a channel, and how a try may end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from agent.models import Notification
from leads.models import User

State = Notification.State


class Outcome(NamedTuple):
    """`pending`: surely not sent, another try is safe. `sending`: in the hands of the WhatsApp outbox."""

    state: str
    error: str = ""

    @classmethod
    def sent(cls) -> "Outcome":
        return cls(State.SENT)

    @classmethod
    def later(cls, error: str) -> "Outcome":
        return cls(State.PENDING, error)

    @classmethod
    def failed(cls, error: str) -> "Outcome":
        return cls(State.FAILED, error)

    @classmethod
    def unknown(cls, error: str) -> "Outcome":
        return cls(State.UNKNOWN, error)


@dataclass(frozen=True)
class Channel:
    """`reaches` says whether somebody can be reached at all; `carry` takes one notification outside.

    `may_repeat`: a second copy of the same notification does no harm. `has_one_server`: where that cannot
    be reached, no other notification of the channel can be sent either.
    """

    preference: str
    reaches: Callable[[User], bool]
    carry: Callable[[Notification], Outcome]
    may_repeat: bool
    has_one_server: bool = False
