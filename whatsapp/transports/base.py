"""What a wire to WhatsApp must be able to do. `docs/whatsapp.md` tells how to add one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest

from whatsapp.downloading import Downloaded
from whatsapp.models import Line
from whatsapp.payloads import DeliveryStatus, InboundMessage


@dataclass(frozen=True)
class OutgoingFile:
    """`kind`: image, audio, video or document. `url` is public for a while, so that the provider can fetch it."""

    kind: str
    url: str
    content_type: str
    filename: str


@dataclass(frozen=True)
class FilledTemplate:
    """`variables`: a value for each of the template's placeholders."""

    sid: str
    name: str
    language: str
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Outgoing:
    """One message to a client: a template where there is one, else a file with its caption, else words.

    `message_id` is ours; a transport passes it along so that status reports can bring it back.
    """

    message_id: UUID
    recipient: str
    body: str
    file: OutgoingFile | None = None
    template: FilledTemplate | None = None


@dataclass(frozen=True)
class TemplateFacts:
    """A template as a provider describes it; the fields are those of `models.Template`."""

    sid: str
    name: str
    language: str
    status: str
    body: str
    category: str = ""
    kind: str = ""
    rejection_reason: str = ""
    buttons: Sequence[str] = ()
    placeholders: Sequence[str] = ()
    samples: Mapping[str, str] = field(default_factory=dict)
    needs_media: bool = False


@dataclass(frozen=True)
class Webhook:
    """What one signed request of the provider's says. `content`: its form or its JSON; `query`: of its address."""

    content: Any
    query: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """What comes in is read without any call. Every call has a deadline, retries nothing and raises `SendError`
    and its kinds alone."""

    def is_signed(self, line: Line, request: HttpRequest) -> bool:
        """Whether one of the line's own secrets signed the webhook: before it, nothing of it is believed."""

    def receive(self, line: Line, webhook: Webhook) -> list[InboundMessage]:
        """What clients said to this line. Raises `MalformedPayloadError` for what is no message at all."""

    def statuses(self, line: Line, webhook: Webhook) -> list[DeliveryStatus]:
        """What became of messages of this line, with our ids where they came back. Raises the same."""

    def account_key(self, line: Line) -> str:
        """The provider's id of the account that the line's templates belong to; '' where none is set up."""

    def send(self, line: Line, outgoing: Outgoing) -> str:
        """Offer one message; the provider's id of it."""

    def show_typing(self, line: Line, message_sid: str) -> None:
        """Show the client, whose message this was, that an answer is being written."""

    def list_templates(self, line: Line) -> list[TemplateFacts]:
        """All templates of the line's account."""

    def check(self, line: Line) -> str:
        """The state of the line's account in the provider's words."""

    def download(self, line: Line, item: Mapping[str, Any], allowed_types: Sequence[str]) -> Downloaded:
        """A file that a client sent. Raises `downloading.HopelessError` or `NotNowError` instead."""
