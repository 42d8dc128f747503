"""From a posted webhook to what a consultant sees in a real browser, beside the answer to that webhook."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from bench.report import Result, milliseconds, percentile
from bench.servers import socket_server
from crm.processes import worker_command
from leads.models import Consultant, User
from tests.browser.chromium import find_chromium

LEADS, WARM_UP = 100, 5
PAUSE = 0.1
SEEN_WITHIN_MS = 15_000
# Notes when a name is first drawn, on a card and in a toast.
# After the frame is drawn, by requestAnimationFrame: what is in the document is not yet what is seen
WATCH = """() => {
  window.firstSeen = {};
  const note = (kind, text, at) => { window.firstSeen[`${kind} ${text}`] ??= at; };
  const look = () => {
    const at = performance.timeOrigin + performance.now();
    for (const link of document.querySelectorAll(".card-link")) note("card", link.textContent.trim(), at);
    for (const text of document.querySelectorAll(".toast p")) note("toast", text.textContent.split(": ").pop(), at);
  };
  new MutationObserver(() => requestAnimationFrame(look)).observe(document, { childList: true, subtree: true });
}"""
BOTH = "name => ['card', 'toast'].every((kind) => `${kind} ${name}` in window.firstSeen)"
WHEN = "([kind, name]) => window.firstSeen[`${kind} ${name}`]"


class Times(NamedTuple):
    """Seconds since the webhook was posted."""

    answer: float
    card: float
    toast: float


def measure() -> Iterator[Result]:
    chromium = find_chromium()
    if chromium is None:
        print("No browser was found: what a consultant sees is not measured.")
        return
    # Every lead goes to the one consultant whose browser is watched
    Consultant.objects.exclude(user__username="ana").update(is_accepting_leads=False)
    try:
        with socket_server("daphne") as port, _worker(), _board_of_ana(chromium, port) as page:
            times = [_time_lead(page, port, f"Speed {number}") for number in range(WARM_UP + LEADS)][WARM_UP:]
    finally:
        Consultant.objects.update(is_accepting_leads=True)
    answers = [one.answer for one in times]
    for name, ours in (("card", [one.card for one in times]), ("toast", [one.toast for one in times])):
        yield Result(
            f"webhook posted → consultant sees the {name}",
            milliseconds(ours),
            f"its answer 202 {milliseconds(answers)}",
            percentile(ours, 50) / percentile(answers, 50),
        )


def _time_lead(page: Page, port: int, name: str) -> Times:
    time.sleep(PAUSE)
    began = time.time()
    _post(port, name)
    answered = time.time()
    page.wait_for_function(BOTH, arg=name, timeout=SEEN_WITHIN_MS)
    card, toast = (page.evaluate(WHEN, [kind, name]) / 1000 - began for kind in ("card", "toast"))
    return Times(answered - began, card, toast)


def _post(port: int, name: str) -> None:
    number = f"+55119{time.time_ns() // 1000 % 10**8:08d}"
    body = json.dumps({"nome": name, "telefone": number, "mensagem": "Quero visitar hoje"}).encode()
    headers = {"Authorization": "Bearer demo-secret", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/webhooks/leads/site/", body, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


@contextmanager
def _board_of_ana(chromium: str, port: int) -> Iterator[Page]:
    client = Client()
    client.force_login(User.objects.get(username="ana"))
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}", locale="en-US")
        context.add_cookies([cookie | {"url": f"http://127.0.0.1:{port}"}])
        page = context.new_page()
        page.goto("/")
        page.wait_for_selector('#live[data-state="live"]')
        page.evaluate(WATCH)
        yield page
        browser.close()


@contextmanager
def _worker() -> Iterator[None]:
    with subprocess.Popen(
        worker_command("bench"), env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)
