"""The order of the benchmarks, and the workspace they share."""

import os
import platform
import time
from collections.abc import Callable, Collection, Iterator

from django.core.management import call_command
from django.db import connections

from bench import acks, assignments, boards, chats, inbox, intake, live, speed, turns, wire
from bench.bare import make_tables
from bench.report import Result, show
from leads.models import Delivery

SUITE: dict[str, Callable[[], Iterator[Result]]] = {
    "acks": acks.measure,
    "assignments": assignments.measure,
    "wire": wire.measure,
    "turns": turns.measure,
    "chats": chats.measure,
    "live": live.measure,
    "inbox": inbox.measure,
    "speed": speed.measure,
    "boards": boards.measure,
    "intake": intake.measure,
}


def run(only: Collection[str]) -> None:
    began = time.monotonic()
    call_command("migrate", verbosity=0)
    call_command("seed_demo", verbosity=0)
    make_tables()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}\n")
    for name, measure in SUITE.items():
        if not only or name in only:
            for result in measure():
                show(result)
            # What one leaves undone would be done during the next one's measurement
            Delivery.objects.filter(state__in=intake.PENDING).delete()
    connections.close_all()
    print(f"\n{time.monotonic() - began:.0f} s")
