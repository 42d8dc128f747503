"""The WhatsApp Cloud API (Meta) as a transport, without a provider in between."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from whatsapp import cloud_client, refusals
from whatsapp.cloud_client import CloudAccount
from whatsapp.cloud_payloads import Change, changes_in
from whatsapp.downloading import Downloaded, HopelessError, NotNowError, download_with_token
from whatsapp.models import Line
from whatsapp.payloads import CHANNEL, DeliveryStatus, InboundMessage, phone_in
from whatsapp.send_errors import RefusedError, SendError
from whatsapp.transports.base import Outgoing, OutgoingFile, TemplateFacts, Webhook
from whatsapp.transports.cloud_templates import components_of, facts_of

HEADER = "X-Hub-Signature-256"


class CloudTransport:
    def is_signed(self, line: Line, request: HttpRequest) -> bool:
        """By the app secret or the next one, so that secrets can rotate with an overlap."""
        # Over request.body and not over the parsed JSON: Meta signs bytes, escapes of its own included
        shown = request.headers.get(HEADER, "").encode()
        secrets = [secret for secret in (line.app_secret, line.next_app_secret) if secret]
        return any(hmac.compare_digest(_signature(secret, request.body), shown) for secret in secrets)

    def receive(self, line: Line, webhook: Webhook) -> list[InboundMessage]:
        changes = _changes_of(line, webhook)
        return [message for change in changes for message in change.messages(line.address)]

    def statuses(self, line: Line, webhook: Webhook) -> list[DeliveryStatus]:
        return [report for change in _changes_of(line, webhook) for report in change.statuses()]

    def account_key(self, line: Line) -> str:
        return line.business_account_id

    def send(self, line: Line, outgoing: Outgoing) -> str:
        # Meta gives it back in every status of this message, also where the answer to this call is lost
        tracked = {"biz_opaque_callback_data": str(outgoing.message_id)}
        message = _addressed(outgoing.recipient) | _content(outgoing) | tracked
        return cloud_client.send_message(account_of(line), message)

    def show_typing(self, line: Line, message_sid: str) -> None:
        cloud_client.show_typing(account_of(line), message_sid)

    def list_templates(self, line: Line) -> list[TemplateFacts]:
        return [facts_of(template) for template in cloud_client.list_templates(account_of(line))]

    def check(self, line: Line) -> str:
        number = cloud_client.read_number(account_of(line))
        known = (number.get(name) for name in ("verified_name", "display_phone_number", "quality_rating"))
        return ", ".join(str(value) for value in known if value)

    def download(self, line: Line, item: Mapping[str, Any], allowed_types: Sequence[str]) -> Downloaded:
        """A file's id is exchanged for an address of Meta's, which wants the token again."""
        try:
            found = cloud_client.read_file(account_of(line), str(item.get("id", "")))
        except RefusedError as error:
            raise HopelessError("not_found") from error
        except SendError as error:
            raise NotNowError from error
        return download_with_token(str(found.get("url", "")), line.access_token, allowed_types)


def account_of(line: Line) -> CloudAccount:
    """Raises RefusedError where the line lacks what a call needs."""
    if not (line.phone_number_id and line.access_token):
        raise RefusedError(refusals.NO_ACCOUNT_CODE)
    return CloudAccount(line.phone_number_id, line.business_account_id, line.access_token)


def _changes_of(line: Line, webhook: Webhook) -> list[Change]:
    """One webhook may speak of several numbers."""
    return [one for one in changes_in(webhook.content) if one.phone_number_id == line.phone_number_id]


def _signature(secret: str, body: bytes) -> bytes:
    return b"sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def _addressed(recipient: str) -> dict[str, str]:
    """People who hide their number are addressed by their business-scoped user id."""
    phone = phone_in(recipient)
    # Digits alone, as `wa_id` has them
    return {"to": phone.lstrip("+")} if phone else {"recipient": recipient.removeprefix(CHANNEL)}


def _content(outgoing: Outgoing) -> dict[str, Any]:
    if template := outgoing.template:
        chosen: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
        components = components_of(template.variables)
        return {"type": "template", "template": chosen | ({"components": components} if components else {})}
    if outgoing.file:
        return _file(outgoing.file, outgoing.body)
    return {"type": "text", "text": {"body": outgoing.body, "preview_url": False}}


def _file(file: OutgoingFile, caption: str) -> dict[str, Any]:
    facts = {"link": file.url}
    if caption and file.kind != "audio":
        facts["caption"] = caption
    if file.kind == "document":
        facts["filename"] = file.filename
    return {"type": file.kind, file.kind: facts}
