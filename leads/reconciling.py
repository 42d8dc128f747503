"""Find the Meta leads that no webhook told us of: ask for the newest, store the unknown like a webhook."""

import json
import logging
import time

from leads.models import Delivery, SeenSubmission, Source
from leads.sources.fetching import FetchError
from leads.sources.meta import MetaLeadAds, leads_since

logger = logging.getLogger(__name__)

LOOK_BACK_SECONDS = 24 * 60 * 60
FOUND_BY_POLL = {"x-found-by": "reconciliation"}


def reconcile_meta() -> int:
    """Store a delivery for each lead that is missing. Returns how many; running it again adds nothing."""
    sources = Source.objects.filter(kind=MetaLeadAds.slug, is_active=True)
    return sum(_reconcile(source) for source in sources if source.access_token)


def _reconcile(source: Source) -> int:
    since = int(time.time()) - LOOK_BACK_SECONDS
    try:
        leads = {str(lead.get("id")): lead for lead in leads_since(source, since)}
    except FetchError as error:
        logger.warning("leads not reconciled", extra={"source": source.slug, "error": str(error)[:200]})
        return 0
    missing = set(leads) - _known(source, set(leads))
    Delivery.objects.bulk_create(
        Delivery(
            source=source,
            body=json.dumps(leads[lead_id]).encode(),
            content_type="application/json",
            headers=FOUND_BY_POLL,
        )
        for lead_id in sorted(missing)
    )
    return len(missing)


def _known(source: Source, lead_ids: set[str]) -> set[str]:
    """Ids that made a lead, or that wait in a delivery (whatever its state: a person may look at it)."""
    seen = SeenSubmission.objects.filter(source=source, key__in=lead_ids).values_list("key", flat=True)
    recent = Delivery.objects.filter(source=source, body__isnull=False).order_by("-received_at")
    # Looked for in the bytes: whatever became of the webhook, it names the lead
    bodies = b"\n".join(bytes(body or b"") for body in recent.values_list("body", flat=True)[:1000])
    return set(seen) | {lead_id for lead_id in lead_ids if lead_id.encode() in bodies}
