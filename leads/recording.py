"""The hot path of the front door: a source as this process knows it, and one INSERT that proves it right.

Reading the source again for each request would cost as much as storing the request. So a process keeps
the sources it has seen, each with the version of its row, and a request is stored only where the row
still has that version. A change made anywhere is therefore in force at once: the INSERT finds nothing,
and the caller looks the source up anew.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID, uuid4

from django.utils import timezone

from leads import one_trip
from leads.models import Source

_FIND = """
SELECT *, xmin::text || ctid::text AS row_version FROM leads_source WHERE slug = %s AND is_active"""
_STORE = """
WITH source AS (
  SELECT id FROM leads_source WHERE id = %(source)s AND xmin::text || ctid::text = %(version)s AND is_active
), stored AS (
  INSERT INTO leads_delivery (
    id, source_id, body, content_type, headers, remote_address, state, attempts, next_attempt_at, error,
    understood, received_at
  )
  SELECT %(id)s, id, %(body)s, %(content_type)s, %(headers)s, %(address)s, 'received', 0, %(now)s, '', '[]',
    %(now)s
  FROM source ON CONFLICT (id) DO NOTHING
)
SELECT EXISTS (SELECT FROM source)"""

_seen: dict[str, Source] = {}


class Request(NamedTuple):
    """What is kept of a request."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    address: str | None


def readings_of(slug: str) -> Iterator[Source | None]:
    """The source as known, then as it is (None: there is none). Trust a refusal only from the last."""
    if known := _seen.get(slug):
        yield known
    fresh = next(iter(Source.objects.raw(_FIND, [slug])), None)
    if fresh is None:
        _seen.pop(slug, None)
    else:
        _seen[slug] = fresh
    yield fresh


def store_request(source: Source, request: Request) -> UUID | None:
    """The id of the new delivery, durable outside a transaction; None where the source has changed."""
    delivery_id = uuid4()
    values = {
        "id": delivery_id,
        "body": request.body,
        "content_type": request.content_type,
        "headers": json.dumps(request.headers),
        "address": request.address,
        "now": timezone.now(),
        "source": source.pk,
        "version": vars(source)["row_version"],
    }
    return delivery_id if one_trip.ask(_STORE, values) else None
