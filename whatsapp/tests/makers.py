"""Small makers of lines, webhooks and signed requests."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from django.conf import settings
from django.dispatch import Signal

from leads.identity import phone_key
from leads.models import Lead, LeadIdentity
from leads.tests.makers import make_lead
from whatsapp.accounts import account_of
from whatsapp.arrivals import take_in_waiting
from whatsapp.models import Conversation, Line, Template
from whatsapp.payloads import InboundMessage
from whatsapp.placeholders import names_in
from whatsapp.redis_connection import connection
from whatsapp.services import record_inbound
from whatsapp.signatures import HEADER, sign
from whatsapp.tests import cloud_double
from whatsapp.transports import transport_of

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


def make_cloud_line(**over) -> Line:
    """A line at Meta, as `cloud_double` knows it."""
    facts = {
        "transport": Line.Transport.CLOUD,
        "phone_number_id": cloud_double.NUMBER_ID,
        "business_account_id": cloud_double.BUSINESS_ID,
        "access_token": cloud_double.TOKEN,
        "app_secret": "app-secret",
        "verify_token": "verify-me",
    }
    return make_line(**facts | over)


def make_template(**over) -> Template:
    """An approved template of the environment's account."""
    body = over.pop("body", "Olá {{1}}, aqui é {{2}}.")
    facts = {
        "account": transport_of(Line()).account_key(Line()),
        "sid": f"HX{next(_numbers):032x}",
        "name": "follow_up",
        "language": "pt_BR",
        "status": "approved",
        "body": body,
        "placeholders": names_in(body),
    }
    return Template.objects.create(**facts | over)


def known_lead(**over) -> Lead:
    """A lead that is found by its phone."""
    lead = make_lead(**over)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=phone_key(lead.phone), shown=lead.phone)
    return lead


def chat_keys() -> list[str]:
    """Redis keys of the chat lists: this test process's, for others run beside it on the same server."""
    return list(connection().scan_iter(f"{settings.REDIS_PREFIX}chats:*"))


def lose_chat_lists() -> None:
    """As Redis does when it comes back empty."""
    connection().delete(*chat_keys())


@contextmanager
def redis_away(settings) -> Iterator[None]:
    """It keeps what it has, but nobody reaches it."""
    address = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:9"
    connection.cache_clear()
    try:
        yield
    finally:
        settings.REDIS_URL = address
        connection.cache_clear()


def heard(signal: Signal) -> list[dict]:
    """What the signal says from now on, as it is said."""
    facts: list[dict] = []

    def listen(sender, **said):
        facts.append(said)

    signal.connect(listen, weak=False, dispatch_uid=listen)
    return facts


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
    """Post a form as Twilio would, signed over the public address; the worker that this wakes has run."""
    account = account or account_of(None)
    signature = sign(settings.PUBLIC_URL + path, form, account)
    answer = client.post(path, form, headers={HEADER: signature})
    take_in_waiting()
    return answer


def signed(path: str, form: dict[str, str]) -> dict[str, str]:
    """The header that makes the form Twilio's own."""
    return {HEADER: sign(settings.PUBLIC_URL + path, form, account_of(None))}


def change_line(line: Line, **over) -> None:
    """As another process does it: nothing in this one is told."""
    Line.objects.filter(pk=line.pk).update(**over)
