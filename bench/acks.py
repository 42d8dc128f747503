"""Webhook acknowledgements: a lead stored and answered for, beside a bare view that inserts one row."""

import json
from collections.abc import Iterator
from itertools import count
from statistics import median

from bench.load import CONNECTIONS, Load, post_for
from bench.report import Result, percentile
from bench.servers import wsgi_server
from leads.models import Source

ROUNDS = 3
SECONDS = 2.5
WARM_UP = 1.0
_numbers = count(1)


def measure() -> Iterator[Result]:
    Source.objects.filter(slug="site").update(rate_per_minute=10_000_000)
    bearer = "Authorization: Bearer demo-secret\r\n"
    ours: list[Load] = []
    bare: list[Load] = []
    with wsgi_server() as port:
        for path in ("/bench/bare/", "/webhooks/leads/site/"):
            post_for(WARM_UP, port, path, new_lead, bearer)
        # Bare and ours in turns, so that a slow moment of the machine meets both
        for _ in range(ROUNDS):
            bare.append(post_for(SECONDS, port, "/bench/bare/", new_lead, bearer))
            ours.append(post_for(SECONDS, port, "/webhooks/leads/site/", new_lead, bearer))
    assert all(set(load.statuses) == {"202"} for load in ours + bare), [load.statuses for load in ours + bare]
    rates = median(load.per_second for load in ours), median(load.per_second for load in bare)
    yield Result(
        f"lead webhooks acknowledged, {CONNECTIONS} connections",
        f"{rates[0]:.0f}/s",
        f"bare one-insert view {rates[1]:.0f}/s",
        rates[0] / rates[1],
        "≥ 0.80",
    )
    tails = [percentile([second for load in loads for second in load.seconds], 99) for loads in (ours, bare)]
    yield Result(
        "  99th percentile",
        f"{tails[0] * 1000:.1f} ms",
        f"bare one-insert view {tails[1] * 1000:.1f} ms",
        tails[0] / tails[1],
        "≤ 2.00",
    )


def new_lead() -> bytes:
    number = next(_numbers)
    return json.dumps(
        {
            "name": f"Cliente {number}",
            "phone": f"+55119{number:08d}",
            "email": f"cliente{number}@example.com",
            "message": "Quero um apartamento de dois quartos",
            "utm_source": "instagram",
        }
    ).encode()
