"""Twilio as our webhooks meet it: signed forms."""

import base64
import hmac
import uuid
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN

AGENT_LINE = "whatsapp:+14155238886"
ANAS_LINE = "whatsapp:+14155550101"


def signature(url: str, form: dict[str, str], token: str = AUTH_TOKEN) -> str:
    """As Twilio documents it: HMAC-SHA1 over the address and the sorted parameters."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), "sha1").digest()).decode()


def inbound(phone: str, text: str, *, line: str = AGENT_LINE, sid: str = "", **more: str) -> dict[str, str]:
    sid = sid or f"SM{uuid.uuid4().hex}"
    return {
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": f"whatsapp:{phone}",
        "To": line,
        "Body": text,
        "NumMedia": "0",
        "ProfileName": "Cliente",
        "WaId": phone.lstrip("+"),
    } | more


def post(base_url: str, path: str, form: dict[str, str], signed_with: str = AUTH_TOKEN) -> int:
    """The status of the answer."""
    url = base_url + path
    headers = {"X-Twilio-Signature": signature(url, form, signed_with)}
    try:
        with urlopen(Request(url, urlencode(form).encode(), headers), timeout=20) as answer:
            return answer.status
    except HTTPError as error:
        return error.code
