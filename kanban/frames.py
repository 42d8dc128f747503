"""What travels on the socket, as text made once for everybody who gets it."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from leads.api.facts import as_time

VERSION = 1
LEAD_CREATED = "kanban:lead_created"
LEAD_UPDATED = "kanban:lead_updated"
MESSAGE = "whatsapp:message"
NOTICE = "sync:notice"
# Well within a minute: nginx cuts a socket on which nothing was said for 60 s (its proxy_read_timeout)
HEARTBEAT_SECONDS = 25


def envelope(
    kind: str,
    *,
    seq: int,
    lead: Mapping[str, Any] | None,
    data: Mapping[str, Any],
    origin: str = "",
    actor: Mapping[str, Any] | None = None,
) -> str:
    """An event. `seq` is the transaction that made it: above every cursor that has not seen it yet."""
    return _text(kind, seq=seq, origin=origin, actor=actor, lead=lead, data=data)


def hello(head: int) -> str:
    """The first frame of a socket: it is listening; whoever stands below `head` asks for changes."""
    return _text("sync:hello", head=head, heartbeat=HEARTBEAT_SECONDS)


def head(seq: int) -> str:
    return _text("sync:head", seq=seq)


def reset() -> str:
    """Events may have been lost: ask for the changes."""
    return _text("sync:reset")


def queue_changed() -> str:
    """Leads that wait for a consultant came or went: ask for those that wait now."""
    return _text("sync:queue")


def presence(lead_id: str, viewers: list[dict[str, Any]]) -> str:
    """Who has the lead open: `[{id, name, state}]`."""
    return _text("presence:lead", lead=lead_id, viewers=viewers)


def notice(facts: Mapping[str, Any]) -> str:
    """Something to tell the reader alone."""
    return _text(NOTICE, notice=facts)


def _text(kind: str, **facts: Any) -> str:
    return json.dumps(
        {"v": VERSION, "type": kind, "ts": as_time(timezone.now()), **facts},
        cls=DjangoJSONEncoder,
        # "ã" in two bytes and not in six: names and messages are most of a frame
        ensure_ascii=False,
        separators=(",", ":"),
    )
