"""What the simulated Twilio posts to us: signed, over HTTP, to our public address."""

import json

import requests
from django.conf import settings

from whatsapp.accounts import Account, account_of
from whatsapp.models import Line
from whatsapp.signatures import HEADER, sign
from whatsapp.simulator import world
from whatsapp.simulator.world import PhoneMessage

INBOUND_PATH = "/webhooks/whatsapp/"
# Twilio waits fifteen seconds (its error 11205); a developer need not
TIMEOUT_SECONDS = 10
EXTRAS = {
    "location": {
        "Latitude": "-23.5614",
        "Longitude": "-46.6559",
        "Address": "Av. Paulista, 1578",
        "Label": "MASP",
    },
    "ad": {
        "MessageType": "text",
        "ReferralBody": "Apartments near the park",
        "ReferralHeadline": "Write to us",
        "ReferralSourceId": "118588094077142",
        "ReferralSourceType": "ad",
        "ReferralSourceUrl": "https://fb.me/example",
        "ReferralCtwaClid": "ARAkLkA8rmlFeiCktEJQ",
    },
}


class NotTakenError(Exception):
    """Our own webhook did not answer 200."""


def deliver_to_crm(line: Line, message: PhoneMessage, profile_name: str) -> None:
    """Post what the phone wrote. Raises NotTakenError."""
    account = _account(line)
    form = {
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageSid": message.sid,
        "AccountSid": account.sid,
        "SmsStatus": "received",
        "MessageType": message.kind,
        "From": message.sender,
        "To": message.recipient,
        "WaId": message.sender.partition("+")[2],
        "ProfileName": profile_name,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": "1",
        "ApiVersion": "2010-04-01",
        "ChannelMetadata": json.dumps({"type": "whatsapp"}),
    }
    extras = _voice_note(message, account) if message.kind == "audio" else EXTRAS.get(message.kind, {})
    _post(settings.PUBLIC_URL + INBOUND_PATH, form | extras, account)


def report_read(line: Line, message: PhoneMessage) -> None:
    """Tell the CRM, step by step, that its message was sent, delivered and read. Raises NotTakenError."""
    account = _account(line)
    for status in world.PROGRESS[world.PROGRESS.index(message.status) + 1 :]:
        if message.callback:
            form = {
                "MessageSid": message.sid,
                "SmsSid": message.sid,
                "MessageStatus": status,
                "SmsStatus": status,
                "ChannelPrefix": "whatsapp",
                "EventType": status.upper(),
                "From": message.sender,
                "To": message.recipient,
                "AccountSid": account.sid,
                "ApiVersion": "2010-04-01",
            }
            _post(message.callback, form, account)
        message = world.advance(message, status)


def _voice_note(message: PhoneMessage, account: Account) -> dict[str, str]:
    path = f"/2010-04-01/Accounts/{account.sid}/Messages/{message.sid}/Media/ME{message.sid[2:]}"
    return {
        "NumMedia": "1",
        "MediaContentType0": "audio/wav",
        "MediaUrl0": f"https://api.twilio.com{path}",
    }


def _account(line: Line) -> Account:
    account = account_of(line)
    if account is None:
        raise NotTakenError("no account")
    return account


def _post(url: str, form: dict[str, str], account: Account) -> None:
    try:
        answer = requests.post(
            url, data=form, headers={HEADER: sign(url, form, account)}, timeout=TIMEOUT_SECONDS
        )
    except requests.RequestException as error:
        raise NotTakenError(type(error).__name__) from error
    if not answer.ok:
        raise NotTakenError(str(answer.status_code))
