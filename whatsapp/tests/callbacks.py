"""Twilio's status callbacks as our web process meets them: signed, over HTTP, in any order, and more than once."""

import random
from collections import Counter
from collections.abc import Callable
from itertools import count, permutations
from queue import Queue
from threading import Thread
from typing import Any

from tests.system.twilio_client import post
from whatsapp.tests.twilio_double import ACCOUNT_SID

STATUSES = ("queued", "sent", "delivered", "read")
ORDERS = list(permutations(STATUSES))
THREADS = 4


def form_of(record: dict[str, Any], status: str) -> dict[str, str]:
    """What Twilio posts of a message that it has accepted."""
    return {
        "MessageSid": record["sid"],
        "MessageStatus": status,
        "AccountSid": ACCOUNT_SID,
        "From": record["from"],
        "To": record["to"],
    }


def post_over_http(url: str, form: dict[str, str]) -> int:
    """The status of the answer."""
    return post(url, "", form)


class Callbacks:
    """Give `told` to a double as `on_accept`. Each message has the next order of its statuses; of each tenth
    nothing is told. `early_every` 5: of each fifth the first report comes before the call that made the message
    is answered."""

    def __init__(
        self, post: Callable[[str, dict[str, str]], int], dice: random.Random, *, early_every: int = 0
    ) -> None:
        self.post, self.dice, self.early_every = post, dice, early_every
        self.numbers = count()
        self.answers: Counter[int] = Counter()
        self.reported: set[str] = set()
        self.early = 0
        self.waiting: Queue[tuple[dict[str, Any], list[str]]] = Queue()

    def told(self, record: dict[str, Any]) -> None:
        number = next(self.numbers)
        if number % 10 == 9:
            return
        self.reported.add(record["sid"])
        statuses = list(ORDERS[number % len(ORDERS)])
        if self.early_every and number % self.early_every == 0:
            self._post(record, statuses[0])
            self.early += 1
        self.waiting.put((record, statuses))

    def start(self) -> None:
        for _ in range(THREADS):
            Thread(target=self._post_for_ever, daemon=True).start()

    def post_waiting(self) -> None:
        """In this thread, until nothing waits."""
        while not self.waiting.empty():
            self._post_all(*self.waiting.get())

    def _post_for_ever(self) -> None:
        while True:
            self._post_all(*self.waiting.get())
            self.waiting.task_done()

    def _post_all(self, record: dict[str, Any], statuses: list[str]) -> None:
        """Each once in this order, some at once again, and the first ones again at the end."""
        for status in statuses:
            for _ in range(self.dice.choice((1, 1, 2))):
                self._post(record, status)
        for status in statuses[: self.dice.choice((0, 2))]:
            self._post(record, status)

    def _post(self, record: dict[str, Any], status: str) -> None:
        self.answers[self.post(record["status_callback"], form_of(record, status))] += 1
