"""Reading the board with a thousand leads and with a hundred thousand."""

import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.test import Client

from bench.report import Result, milliseconds, percentile
from leads.models import Lead, Status, User

FEW, MANY = 1_000, 100_000
CHUNK = 10_000
REPEATS = 20
# Copies of one lead, so that columns that come later need no change here.
FILL = """
INSERT INTO leads_lead SELECT (jsonb_populate_record(lead, jsonb_build_object(
    'id', gen_random_uuid(),
    'name', 'Cliente ' || n,
    'phone', '+55119' || lpad(n::text, 8, '0'),
    'email', 'c' || n || '@example.com',
    'status_id', (ARRAY['new', 'contacted', 'visit', 'proposal', 'won', 'lost'])[1 + n %% 6],
    'position', -n,
    'consultant_id', consultants.ids[1 + n %% 3],
    'created_at', now() - n * interval '1 minute',
    'waiting_since', CASE WHEN n %% 7 = 0 THEN now() END))).*
FROM leads_lead lead, generate_series(%s::int, %s::int) n,
  (SELECT array_agg(user_id) AS ids FROM leads_consultant) consultants
WHERE lead.name = 'Template'
"""


def measure() -> Iterator[Result]:
    Lead.objects.all().delete()
    Lead.objects.create(name="Template", status=Status.objects.first())
    readers = {name: _client_of(name) for name in ("manager", "ana")}
    reads: dict[str, Callable[[], object]] = {
        "board of a manager": lambda: readers["manager"].get("/api/board/"),
        "board of a consultant": lambda: readers["ana"].get("/api/board/"),
        "search by name": lambda: readers["manager"].get("/api/leads/", {"q": "cliente 977"}),
        "search by phone": lambda: readers["manager"].get("/api/leads/", {"q": "11900000977"}),
    }
    _fill(1, FEW)
    few = {name: _time(read) for name, read in reads.items()}
    _fill(FEW + 1, MANY)
    for name, read in reads.items():
        many = _time(read)
        yield Result(
            f"{name}, {MANY:,} leads",
            milliseconds(many),
            f"{FEW:,} leads {milliseconds(few[name])}",
            percentile(many, 50) / percentile(few[name], 50),
        )


def _client_of(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username))
    return client


def _fill(first: int, last: int) -> None:
    with connection.cursor() as cursor:
        for start in range(first, last, CHUNK):
            cursor.execute(FILL, [start, min(start + CHUNK - 1, last)])
        # Without statistics and a visibility map, plans would be made that no real table gets
        cursor.execute("VACUUM ANALYZE leads_lead")


def _time(read: Callable[[], object]) -> list[float]:
    assert read().status_code == 200
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        read()
        seconds.append(time.perf_counter() - began)
    return seconds
