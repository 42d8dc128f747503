"""What Twilio has on record, in our words: messages, templates, and where it takes what clients write."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class SentMessage:
    """A message as Twilio lists it."""

    sid: str
    sender: str
    recipient: str
    body: str
    status: str
    error_code: str
    created_at: datetime | None
    media_count: int = 0
    is_inbound: bool = False


@dataclass(frozen=True)
class WebhookSetup:
    """Where Twilio takes what clients write to a sender; `status`: the sender's, 'ONLINE' where it works.

    `service`: the name of the Messaging Service that decides it, '' where the sender does.
    """

    address: str
    method: str
    status: str
    service: str = ""


@dataclass(frozen=True)
class ListedContent:
    """A template as Twilio's Content API has it, with what WhatsApp said of it."""

    sid: str
    name: str
    language: str
    types: dict[str, Any]
    variables: dict[str, Any]
    approval: dict[str, Any]


def messages_of(records: Iterable[Any]) -> Iterator[SentMessage]:
    for record in records:
        yield SentMessage(
            sid=record.sid or "",
            sender=record.from_ or "",
            recipient=record.to or "",
            body=record.body or "",
            status=str(record.status or ""),
            error_code=str(record.error_code or ""),
            # Of what comes in, date_sent is when Twilio called our webhook (its docs on Message)
            created_at=record.date_sent or record.date_created,
            media_count=int(record.num_media or 0),
            # "inbound"; ours are "outbound-api", "outbound-reply", "outbound-call"
            is_inbound=str(record.direction or "").startswith("inbound"),
        )


def content_of(record: Any, approval: Any) -> ListedContent:
    return ListedContent(
        sid=record.sid or "",
        name=record.friendly_name or "",
        language=record.language or "",
        types=record.types if isinstance(record.types, dict) else {},
        variables=record.variables if isinstance(record.variables, dict) else {},
        approval=approval if isinstance(approval, dict) else {},
    )
