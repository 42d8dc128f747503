"""Small makers of lines, webhooks and signed requests."""

from itertools import count

from django.conf import settings

from whatsapp.accounts import account_of
from whatsapp.models import Conversation, Line
from whatsapp.payloads import InboundMessage
from whatsapp.services import record_inbound
from whatsapp.signatures import HEADER, sign

AGENT_NUMBER = "whatsapp:+14155238886"
CLIENT = "whatsapp:+5511987654321"
INBOUND_PATH = "/webhooks/whatsapp/"
STATUS_PATH = "/webhooks/whatsapp/status/"

_numbers = count(1)


def make_line(**over) -> Line:
    return Line.objects.create(**{"name": "Agent", "address": AGENT_NUMBER} | over)


def make_consultant_line(consultant, **over) -> Line:
    facts = {"name": "Own line", "address": "whatsapp:+14155550101", "kind": "consultant"}
    return Line.objects.create(consultant=consultant, **facts | over)


def new_sid() -> str:
    return f"SM{next(_numbers):031x}c"


def inbound_form(body: str = "Oi", **over) -> dict[str, str]:
    """What Twilio posts for a text message."""
    sid = over.get("MessageSid") or new_sid()
    return {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "SmsStatus": "received",
        "AccountSid": "AC00000000000000000000000000000000",
        "From": CLIENT,
        "To": AGENT_NUMBER,
        "WaId": over.get("From", CLIENT).removeprefix("whatsapp:+"),
        "ProfileName": "Cliente Teste",
        "MessageType": "text",
        "NumMedia": "0",
        "Body": body,
    } | over


def make_conversation(line: Line | None = None, body: str = "Oi", **over) -> Conversation:
    """A conversation in which the client has just written `body`."""
    line = line or Line.objects.filter(address=AGENT_NUMBER).first() or make_line()
    form = inbound_form(body, To=line.address, **over)
    return record_inbound(line, InboundMessage.parse(form)).conversation


def post_signed(client, path: str, form: dict[str, str], *, account=None):
    """Post a form as Twilio would: signed over the public address."""
    account = account or account_of(None)
    signature = sign(settings.PUBLIC_URL + path, form, account)
    return client.post(path, form, headers={HEADER: signature})
