"""WhatsApp webhooks: a message checked, stored in order and answered for, beside a bare signed insert."""

from collections.abc import Iterator
from functools import cache
from itertools import count
from statistics import median
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from bench.load import CONNECTIONS, Load, post_for
from bench.report import Result, percentile
from bench.servers import wsgi_server
from whatsapp.accounts import environment_account
from whatsapp.models import Line
from whatsapp.signatures import HEADER, sign

ROUNDS, SECONDS, WARM_UP = 3, 3.0, 1.0
BARE, OURS = "/bench/signed/", "/webhooks/whatsapp/"
FORM = "application/x-www-form-urlencoded"
CLIENTS = 1000
_numbers = count(1)


def measure() -> Iterator[Result]:
    loads: dict[str, list[Load]] = {BARE: [], OURS: []}
    with wsgi_server() as port:
        for path in loads:
            _post(WARM_UP, port, path)
        for _ in range(ROUNDS):
            for path, runs in loads.items():
                runs.append(_post(SECONDS, port, path))
    assert all(set(load.statuses) == {"200"} for runs in loads.values() for load in runs)
    bare, ours = (median(load.per_second for load in loads[path]) for path in (BARE, OURS))
    yield Result(
        f"signed messages acknowledged, {CONNECTIONS} connections",
        f"{ours:.0f}/s",
        f"bare signed insert {bare:.0f}/s",
        ours / bare,
        "≥ 0.80",
    )
    slow_bare, slow = (
        percentile([s for load in loads[path] for s in load.seconds], 99) for path in (BARE, OURS)
    )
    yield Result(
        "  99th percentile",
        f"{slow * 1000:.1f} ms",
        f"bare signed insert {slow_bare * 1000:.1f} ms",
        slow / slow_bare,
    )


def _post(seconds: float, port: int, path: str) -> Load:
    account, url = environment_account(), f"http://127.0.0.1:{port}{path}"
    assert account is not None, "neither an account nor the simulator"
    agent_address()  # before the event loop runs, which the ORM refuses to work in

    def signed(body: bytes) -> str:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return f"{HEADER}: {sign(url, form, account)}\r\n"

    return post_for(seconds, port, path, new_message, signed, FORM)


def new_message() -> bytes:
    """From one of a thousand clients to the agent's line."""
    number = next(_numbers) % CLIENTS
    form = {
        "MessageSid": f"SM{uuid4().hex}",
        "SmsStatus": "received",
        "From": f"whatsapp:+55119{number:08d}",
        "To": agent_address(),
        "ProfileName": f"Cliente {number}",
        "MessageType": "text",
        "NumMedia": "0",
        "Body": "Quero um apartamento de dois quartos",
    }
    return urlencode(form).encode()


@cache
def agent_address() -> str:
    return Line.objects.filter(kind=Line.Kind.AGENT).values_list("address", flat=True)[0]
