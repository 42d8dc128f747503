"""Webhooks as Meta posts them, with invented values."""

import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any

from whatsapp.tests.cloud_double import BUSINESS_ID, NUMBER_ID

PATH = "/webhooks/whatsapp/cloud/"
PHONE, BSUID = "5511987654321", "BR.13491208655302741918"
_numbers = count(1)


def wamid() -> str:
    return f"wamid.HBgNNTUxMTk4NzY1NDMyMRUCABIYIEFDOENCNjM5RkMwNDQ4RTlC{next(_numbers):032d}"


def message(kind: str = "text", content: Any = None, **over: Any) -> dict[str, Any]:
    """One message; `content` stands under the name of its kind."""
    content = {"body": "Oi"} if kind == "text" and content is None else content
    facts = {
        "from": PHONE,
        "id": wamid(),
        "timestamp": str(int(time.time())),
        "type": kind,
        kind: content,
    } | over
    return {name: value for name, value in facts.items() if value is not None}


def status(word: str, sid: str, **over: Any) -> dict[str, Any]:
    return {"id": sid, "status": word, "timestamp": "1795377601", "recipient_id": PHONE} | over


def value(*messages: dict[str, Any], number_id: str = NUMBER_ID, **over: Any) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "14155238886", "phone_number_id": number_id},
        "contacts": [{"profile": {"name": "Cliente Teste"}, "wa_id": PHONE}],
        "messages": list(messages),
    } | over


def webhook(*values: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    """One entry for each value."""
    entries = [{"id": BUSINESS_ID, "changes": [{"value": one, "field": field}]} for one in values]
    return {"object": "whatsapp_business_account", "entry": entries}


def post(client, body: Any, secret: str = "app-secret"):
    """Signed over the raw body, as Meta does."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return client.post(PATH, raw, content_type="application/json", headers={"X-Hub-Signature-256": signature})
