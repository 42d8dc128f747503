"""What each endpoint is owed: one message per timeline row, found by looking, so that none can be missed.

The timeline is written in the transaction of the change itself. Looking back over the last rows each
time also finds those whose transactions ended later than their numbers say.
"""

from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from leads.models import Endpoint, LeadEvent

LOOK_BACK_ROWS = 5_000

_OWE = """
INSERT INTO leads_outboundmessage
  (id, endpoint_id, event_id, state, attempts, next_attempt_at, error, created_at)
SELECT gen_random_uuid(), %(endpoint)s, event.id, 'pending', 0, now(), '', now()
FROM leads_leadevent AS event
WHERE event.id > %(after)s AND event.created_at >= %(since)s
  AND (cardinality(%(kinds)s::text[]) = 0 OR event.kind = ANY(%(kinds)s::text[]))
ON CONFLICT (endpoint_id, event_id) DO NOTHING"""


def owe_messages() -> int:
    """Queue what happened since the last look. Returns how many messages are new."""
    # Before the rows are taken: what comes meanwhile lies above, and is found by the next look
    newest = LeadEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    endpoints = Endpoint.objects.filter(is_active=True)
    return sum(_owe(endpoint, newest) for endpoint in endpoints)


@transaction.atomic
def _owe(endpoint: Endpoint, newest: int) -> int:
    values: dict[str, Any] = {
        "endpoint": endpoint.pk,
        "after": endpoint.seen_event_id - LOOK_BACK_ROWS,
        "since": endpoint.created_at,
        "kinds": list(endpoint.kinds),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OWE, values)
        count: int = cursor.rowcount
    Endpoint.objects.filter(pk=endpoint.pk).update(seen_event_id=newest)
    return count
