"""From a message at a consultant's own line, over the signed webhook, to the consultant's browser."""

import asyncio
import json
import time
from collections.abc import Iterator
from uuid import uuid4

import requests
from asgiref.sync import sync_to_async
from django.test import Client
from websockets.asyncio.client import ClientConnection

from bench.live import open_browser, time_redis
from bench.report import Result, milliseconds, percentile
from bench.servers import socket_server
from leads.models import LeadIdentity, User
from leads.tests.makers import make_lead
from whatsapp.accounts import environment_account
from whatsapp.models import Line
from whatsapp.signatures import HEADER, sign

MESSAGES = 200
PATH = "/webhooks/whatsapp/"
PEOPLE = {"of a stranger": "+5521900000001", "of a lead": "+5521900000002"}
PROMISED_SECONDS = 0.3


def measure() -> Iterator[Result]:
    ana = User.objects.get(username="ana")
    line = Line.objects.get(consultant=ana.pk)
    known = PEOPLE["of a lead"]
    lead = make_lead(phone=known, consultant=ana.consultant)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=known, shown=known)
    client = Client()
    client.force_login(ana)
    cookie = client.cookies["sessionid"].value
    with socket_server("daphne") as port:
        for who, phone in PEOPLE.items():
            seconds, raw = asyncio.run(_compare(port, cookie, phone, line.address))
            yield Result(
                f"message {who}, webhook → browser",
                milliseconds(seconds),
                f"raw Redis pub/sub {milliseconds(raw)}",
                percentile(seconds, 50) / percentile(raw, 50),
            )
            yield Result(
                "  99th percentile beside what is promised",
                f"{percentile(seconds, 99) * 1000:.0f} ms",
                f"{PROMISED_SECONDS * 1000:.0f} ms",
                percentile(seconds, 99) / PROMISED_SECONDS,
                "≤ 1.00",
            )


async def _compare(port: int, cookie: str, phone: str, line: str) -> tuple[list[float], list[float]]:
    browser = await open_browser(port, cookie)
    with requests.Session() as twilio:
        seconds = [await _time_message(twilio, browser, port, phone, line) for _ in range(MESSAGES)]
    await browser.close()
    return seconds, await time_redis(1)


async def _time_message(
    twilio: requests.Session, browser: ClientConnection, port: int, phone: str, line: str
) -> float:
    """Seconds from before the webhook is posted until the browser has the message."""
    form = _form(phone, line)
    sent = time.perf_counter()
    answering = asyncio.create_task(sync_to_async(_post, thread_sensitive=False)(twilio, port, form))
    while not _tells(json.loads(await browser.recv()), form["Body"]):
        pass
    heard = time.perf_counter()
    await answering
    return heard - sent


def _tells(frame: dict[str, dict[str, dict[str, str]]], body: str) -> bool:
    return bool(frame["type"] == "whatsapp:message") and frame["data"]["message"]["body"] == body


def _post(twilio: requests.Session, port: int, form: dict[str, str]) -> None:
    url, account = f"http://127.0.0.1:{port}{PATH}", environment_account()
    assert account is not None, "neither an account nor the simulator"
    twilio.post(url, data=form, headers={HEADER: sign(url, form, account)}, timeout=10).raise_for_status()


def _form(phone: str, line: str) -> dict[str, str]:
    sid = f"SM{uuid4().hex}"
    return {
        "MessageSid": sid,
        "From": f"whatsapp:{phone}",
        "To": line,
        "Body": f"Bom dia {sid}",
        "ProfileName": "Pessoa",
        "NumMedia": "0",
    }
