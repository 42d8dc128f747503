"""Find the Meta leads that no webhook told us of: ask for the newest, store the unknown like a webhook."""

import json
import logging
import re
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from leads import deliveries
from leads.models import Delivery, SeenSubmission, Source
from leads.sources.fetching import FetchError
from leads.sources.meta import MetaLeadAds, form_ids, leads_of_form

logger = logging.getLogger(__name__)

LOOK_BACK_SECONDS = 24 * 60 * 60
# A webhook comes after its lead was made; the second day is for clocks that disagree.
BODIES_SINCE = timedelta(days=2)
FOUND_BY_POLL = {"x-found-by": "reconciliation"}
_NUMBER = re.compile(rb"[0-9A-Za-z]+")


def reconcile_meta() -> int:
    """Store a delivery for each lead that is missing. Returns how many; running it again adds nothing.

    A lead whose webhook was given up, and which can be had now, gets that delivery tried once more.
    """
    sources = Source.objects.filter(kind=MetaLeadAds.slug, is_active=True)
    return sum(_reconcile(source) for source in sources if source.access_token)


def _reconcile(source: Source) -> int:
    """Form by form, so that what was found is stored whatever becomes of the rest."""
    stored, since = 0, int(time.time()) - LOOK_BACK_SECONDS
    try:
        for form_id in form_ids(source):
            stored += _store_missing(source, _leads_of(source, form_id, since))
    except FetchError as error:
        _log(source, error)
    return stored


def _leads_of(source: Source, form_id: str, since: int) -> dict[str, dict[str, Any]]:
    """By their ids; where a page cannot be had, those of the pages before it."""
    leads: dict[str, dict[str, Any]] = {}
    try:
        for lead in leads_of_form(source, form_id, since):
            if lead.get("id"):
                leads[str(lead["id"])] = lead
    except FetchError as error:
        _log(source, error, form=form_id)
    return leads


def _log(source: Source, error: FetchError, form: str = "") -> None:
    logger.warning(
        "leads not reconciled", extra={"source": source.slug, "form": form, "error": str(error)[:200]}
    )


def _store_missing(source: Source, leads: dict[str, dict[str, Any]]) -> int:
    unseen = set(leads) - _seen(source, set(leads))
    if not unseen:
        return 0
    told, dead = _told(source, unseen)
    deliveries.owe_again(Delivery.objects.filter(pk__in=dead, state=Delivery.State.DEAD))
    missing = sorted(unseen - told)
    Delivery.objects.bulk_create(
        Delivery(
            source=source,
            body=json.dumps(leads[lead_id]).encode(),
            content_type="application/json",
            headers=FOUND_BY_POLL,
        )
        for lead_id in missing
    )
    return len(missing)


def _seen(source: Source, lead_ids: set[str]) -> set[str]:
    """Ids that made a lead."""
    seen = SeenSubmission.objects.filter(source=source, key__in=lead_ids)
    return set(seen.values_list("key", flat=True))


def _told(source: Source, lead_ids: set[str]) -> tuple[set[str], list[UUID]]:
    """Ids that a delivery names, whatever its state: a person may look at it; and such that were given up."""
    wanted = {lead_id.encode() for lead_id in lead_ids}
    told, dead = set[bytes](), list[UUID]()
    recent = Delivery.objects.filter(
        source=source, body__isnull=False, received_at__gte=timezone.now() - BODIES_SINCE
    )
    rows = recent.order_by().values_list("pk", "state", "body")
    for key, state, body in rows.iterator(chunk_size=100):
        named = wanted.intersection(_NUMBER.findall(bytes(body or b"")))
        told |= named
        if named and state == Delivery.State.DEAD:
            dead.append(key)
    return {name.decode() for name in told}, dead
