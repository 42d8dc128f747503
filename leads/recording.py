"""The hot path of the front door: a source as this process knows it, and one INSERT that proves it right.

Reading the source again for each request would cost as much as storing the request.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID, uuid4

from django.utils import timezone

from leads import one_trip
from leads.known_rows import IS_UNCHANGED, KnownRows, version_of
from leads.models import Source

# The connection may break once the row is durable, and the statement is run again: by its
# id it is the same delivery. Whether the source still was as known is answered either way.
_STORE = f"""
WITH source AS (
  SELECT id FROM leads_source WHERE id = %(source)s AND {IS_UNCHANGED}
), stored AS (
  INSERT INTO leads_delivery (
    id, source_id, body, content_type, headers, remote_address, state, attempts, next_attempt_at, error,
    understood, received_at
  )
  SELECT %(id)s, id, %(body)s, %(content_type)s, %(headers)s, %(address)s, 'received', 0, %(now)s, '', '[]',
    %(now)s
  FROM source ON CONFLICT (id) DO NOTHING
)
SELECT EXISTS (SELECT FROM source)"""  # noqa: S608 - composed of constants alone

_sources = KnownRows(Source, "slug")


class Request(NamedTuple):
    """What is kept of a request."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    address: str | None


def readings_of(slug: str) -> Iterator[Source | None]:
    """The source as known, then as it is (None: there is none). Trust a refusal only from the last."""
    return _sources.readings_of(slug)


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
        "version": version_of(source),
    }
    return delivery_id if one_trip.ask(_STORE, values) else None
