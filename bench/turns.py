"""The agent's own part of a turn, and how many turns one worker process has under way at once.

The first half: from the webhook's acknowledgement, when the message is durable, to Twilio, one client after
another, less the debounce and the model's time. The second: many clients at once and a model that takes a second,
beside a loop that does nothing but the same three calls: the typing dots, the model, the message.
"""

import asyncio
import json
import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate, count
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from agent.models import AgentTurn
from bench.outside import Report
from bench.report import Result, milliseconds, percentile
from bench.servers import wsgi_server
from crm.processes import Child, stop_all, worker_command
from leads.wakeups import wake
from tests.stack import free_port, wait_for
from tests.system.twilio_client import AGENT_LINE, inbound, post
from whatsapp import arrivals, line_memory
from whatsapp.payloads import InboundMessage
from whatsapp.sweeps import take_in_arrivals
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN

# In the first half both are taken off again: what is left is ours
QUIET_SECONDS, DEBOUNCE_SECONDS, TURNS, WARM_UP = 0.1, 0.3, 30, 5
MODEL_SECONDS, CLIENTS, AT_ONCE, LONGEST_SECONDS = 1.0, 150, 100, 120
TEXT = "Quero comprar um apartamento"
_numbers = count(1)


def measure() -> Iterator[Result]:
    with _outside(QUIET_SECONDS) as outside, _answering(outside, DEBOUNCE_SECONDS):
        yield from _latency(outside)
    with _outside(MODEL_SECONDS) as outside:
        bare = asyncio.run(_bare_loop(outside))
        with _answering(outside, 0) as worker:
            yield from _throughput(outside, bare, worker)


def _latency(outside: str) -> Iterator[Result]:
    """One client at a time, so that nobody waits for anybody but ourselves."""
    from_webhook: list[float] = []
    from_commit: list[float] = []
    not_ours = DEBOUNCE_SECONDS + QUIET_SECONDS
    with wsgi_server() as port:
        for number in range(TURNS + WARM_UP):
            form = inbound(_phone(), TEXT)
            began = time.time()
            assert post(f"http://127.0.0.1:{port}", "/webhooks/whatsapp/", form) == 200
            committed = time.time()
            handed = _wait_for_reply(outside, form["From"])
            if number >= WARM_UP:
                from_webhook.append(handed - began - not_ours)
                from_commit.append(handed - committed - not_ours)
    yield Result(
        "message durable → reply at Twilio, ours alone",
        milliseconds(from_commit),
        "goal 60 ms",
        percentile(from_commit, 50) / 0.060,
        "≤ 1.00",
    )
    yield Result(
        "  from the webhook on",
        milliseconds(from_webhook),
        "goal 60 ms",
        percentile(from_webhook, 50) / 0.060,
    )


def _wait_for_reply(outside: str, client: str) -> float:
    """When Twilio had it."""
    wait_for(lambda: client in _report(outside).handed, seconds=LONGEST_SECONDS, what="the reply")
    return _report(outside).handed[client]


def _throughput(outside: str, bare: float, worker: Child) -> Iterator[Result]:
    """Everybody has written by the time the worker, which has begun to work already, looks."""
    _answer_all(outside, WARM_UP)
    began, computed = time.time(), _computed_by(worker.pid)
    report = _answer_all(outside, CLIENTS)
    computed = _computed_by(worker.pid) - computed
    ours = CLIENTS / (max(report.handed.values()) - began)
    yield Result(
        f"turns with a model that takes {MODEL_SECONDS:.0f} s, one worker",
        f"{ours:.0f}/s",
        f"bare loop, {AT_ONCE} at once {bare:.0f}/s",
        ours / bare,
        "≥ 0.70",
    )
    in_flight = _most_turns_at_once()
    yield Result(
        "  conversations in flight at once",
        str(in_flight),
        f"bare loop {AT_ONCE}",
        in_flight / AT_ONCE,
        "≥ 1.00",
    )
    yield Result(
        "  model calls under way at once",
        str(report.most_at_once),
        f"bare loop {AT_ONCE}",
        report.most_at_once / AT_ONCE,
    )
    yield Result(
        "  CPU of the worker for one of them",
        f"{computed / CLIENTS * 1000:.0f} ms",
        f"load {os.getloadavg()[0]:.1f}",
        computed / CLIENTS,
    )


def _most_turns_at_once() -> int:
    """Claimed and not yet ended, of the latest turns."""
    spans = AgentTurn.objects.order_by("-started_at").values_list("started_at", "ended_at")[:CLIENTS]
    changes = [(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans if end]
    return max(accumulate(change for _, change in sorted(changes)))


def _computed_by(pid: int) -> float:
    """Seconds of CPU that the process has used, as Linux counts them."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # User and system time, fields 14 and 15 in proc(5), from the name's end on: a name may hold spaces
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _answer_all(outside: str, clients: int) -> Report:
    _report(outside, "forget")
    *_, line = line_memory.readings_of(AGENT_LINE)
    assert line is not None
    for _ in range(clients):
        assert arrivals.store(line, InboundMessage.parse(inbound(_phone(), TEXT)))
    wake(take_in_arrivals)
    wait_for(lambda: len(_report(outside).handed) == clients, seconds=LONGEST_SECONDS, what="every reply")
    return _report(outside)


async def _bare_loop(outside: str) -> float:
    """Turns a second of a program that only shows the dots, asks the model and hands the answer to Twilio."""
    room = asyncio.Semaphore(AT_ONCE)
    form = {"From": AGENT_LINE, "Body": TEXT}

    async def turn(client: httpx2.AsyncClient, phone: str) -> None:
        async with room:
            messages = [{"role": "user", "content": TEXT}]
            await client.post(
                f"{outside}/v2/Indicators/Typing.json", data={"messageId": "SM", "channel": "whatsapp"}
            )
            await client.post(f"{outside}/v1/chat/completions", json={"model": "bench", "messages": messages})
            await client.post(f"{outside}/Messages.json", data=form | {"To": phone})

    # The library's own limit of 100 connections would be what is measured
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(limits=limits, timeout=30) as client:
        began = time.perf_counter()
        await asyncio.gather(*(turn(client, _phone()) for _ in range(CLIENTS)))
        return CLIENTS / (time.perf_counter() - began)


@contextmanager
def _outside(seconds: float) -> Iterator[str]:
    """The model and Twilio; gives their address."""
    port = free_port()
    command = [sys.executable, "-m", "bench.outside", str(port), str(seconds)]
    with _running("outside", command):
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _is_there(url), what="the model and Twilio")
        yield url


@contextmanager
def _answering(outside: str, debounce: float) -> Iterator[Child]:
    """A worker as in production, and in this process's environment what it and the web server need."""
    environment = {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": outside,
        "OPENAI_BASE_URL": f"{outside}/v1",
        "OPENAI_API_KEY": "bench",
        "AGENT_DEBOUNCE_SECONDS": str(debounce),
        # Nothing that waits on purpose or stops at a limit is part of the measurement
        "AGENT_TYPING_PACE": "0",
        "AGENT_MONEY_PER_DAY": "0",
        "WHATSAPP_LINE_PER_SECOND": "0",
    }
    before = {name: os.environ.get(name) for name in environment}
    os.environ |= environment
    try:
        with _running("worker", worker_command("bench")) as worker:
            yield worker
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _running(name: str, command: list[str]) -> Iterator[Child]:
    with TemporaryDirectory() as folder:
        child = Child(name, command, Path(folder) / f"{name}.log")
        child.start()
        try:
            yield child
        finally:
            stop_all([child])


def _is_there(url: str) -> bool:
    try:
        _report(url)
    except OSError:
        return False
    return True


def _report(url: str, path: str = "report") -> Report:
    with urllib.request.urlopen(f"{url}/{path}", timeout=10) as answer:
        return Report(**json.load(answer))


def _phone() -> str:
    return f"+55119{60_000_000 + next(_numbers)}"
