"""Twilio as a transport: lines and messages in our words, `whatsapp.client` in Twilio's."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from whatsapp import client, downloading, refusals, signatures
from whatsapp.accounts import Account, account_of, accounts_named
from whatsapp.models import Line
from whatsapp.payloads import DeliveryStatus, InboundMessage, our_id
from whatsapp.send_errors import RefusedError
from whatsapp.transports.base import Outgoing, TemplateFacts, Webhook
from whatsapp.transports.twilio_templates import facts_of

STATUS_PATH = "/webhooks/whatsapp/status/"


class TwilioTransport:
    """`line` None, of a webhook alone: it names no number of ours, but any account of ours may have sent it."""

    def is_signed(self, line: Line | None, request: HttpRequest) -> bool:
        if line is not None:
            return signatures.is_signed(request, account_of(line))
        named = accounts_named(request.POST.get("AccountSid", ""))
        return any(signatures.is_signed(request, account) for account in named)

    def receive(self, line: Line | None, webhook: Webhook) -> list[InboundMessage]:
        return [InboundMessage.parse(webhook.content)]

    def statuses(self, line: Line | None, webhook: Webhook) -> list[DeliveryStatus]:
        return [DeliveryStatus.parse(webhook.content, our_id(webhook.query.get("message", "")))]

    def account_key(self, line: Line) -> str:
        account = account_of(line)
        return account.sid if account else ""

    def send(self, line: Line, outgoing: Outgoing) -> str:
        return client.create_message(
            _account(line),
            sender=line.address,
            recipient=outgoing.recipient,
            # Signed with the rest of the address: a send whose answer was lost is known by its callbacks
            callback_url=f"{settings.PUBLIC_URL}{STATUS_PATH}?message={outgoing.message_id}",
            **_content(outgoing),
        )

    def show_typing(self, line: Line, message_sid: str) -> None:
        client.show_typing(_account(line), message_sid)

    def list_templates(self, line: Line) -> list[TemplateFacts]:
        return [facts_of(content) for content in client.list_contents(_account(line))]

    def check(self, line: Line) -> str:
        return client.check_account(_account(line))

    def download(
        self, line: Line, item: Mapping[str, Any], allowed_types: Sequence[str]
    ) -> downloading.Downloaded:
        return downloading.download(item.get("url", ""), account_of(line), allowed_types)


def _account(line: Line) -> Account:
    account = account_of(line)
    if account is None:
        raise RefusedError(refusals.NO_ACCOUNT_CODE)
    return account


def _content(outgoing: Outgoing) -> dict[str, Any]:
    """Words and files do not go with a template; its variables are JSON in a string (else error 21656)."""
    if template := outgoing.template:
        variables = {"content_variables": json.dumps(dict(template.variables))} if template.variables else {}
        return {"content_sid": template.sid} | variables
    words = {"body": outgoing.body} if outgoing.body else {}
    return words | ({"media_url": [outgoing.file.url]} if outgoing.file else {})
