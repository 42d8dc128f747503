"""Who does something: a person, the agent, the client or the system itself."""

from dataclasses import dataclass
from typing import Any

from leads.models import LeadEvent, User


@dataclass(frozen=True)
class Actor:
    """Written on the timeline and sent with live updates. `origin` is the browser tab that asked."""

    kind: str = LeadEvent.Actor.SYSTEM
    user: User | None = None
    origin: str = ""

    def as_facts(self) -> dict[str, Any]:
        """JSON: {kind, id, name}."""
        if self.user is None:
            return {"kind": self.kind, "id": None, "name": ""}
        return {"kind": self.kind, "id": self.user.pk, "name": str(self.user)}


SYSTEM = Actor()
AGENT = Actor(kind=LeadEvent.Actor.AGENT)
CLIENT = Actor(kind=LeadEvent.Actor.CLIENT)


def person(user: User, origin: str = "") -> Actor:
    return Actor(kind=LeadEvent.Actor.USER, user=user, origin=origin)
