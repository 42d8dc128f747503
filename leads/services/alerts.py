"""Managers hear of a lead that nobody has had for too long: once."""

import logging
from uuid import UUID

from django.db import transaction

from leads import clock, mishaps
from leads.models import Lead, Notice
from leads.services.notices import notify_managers

logger = logging.getLogger(__name__)
BATCH = 200


def alert_managers() -> int:
    """Tell the managers of leads whose alert is due. Returns how many leads they are told of.

    Safe in many workers at once; the notice and the cleared due time are one transaction.
    """
    due = Lead.objects.awaiting_consultant().filter(alert_at__lte=clock.now())
    return sum(_try_to_alert(pk) for pk in due.values_list("pk", flat=True)[:BATCH])


def _try_to_alert(lead_id: UUID) -> bool:
    try:
        return _alert(lead_id)
    except Exception as error:  # noqa: BLE001 - whatever ails one lead, managers hear of the others
        logger.error("alert not given", extra={"lead": str(lead_id), **mishaps.facts_of(error)})
        return False


@transaction.atomic
def _alert(lead_id: UUID) -> bool:
    due = Lead.objects.awaiting_consultant().filter(alert_at__lte=clock.now(), pk=lead_id)
    lead = due.select_for_update(skip_locked=True).first()
    if lead is None or lead.awaits_consultant_since is None:
        return False
    waited = clock.now() - lead.awaits_consultant_since
    notify_managers(
        kind=Notice.Kind.ALERT,
        # A lead that comes to wait again is told of again
        key=f"unassigned:{lead.pk}:{lead.awaits_consultant_since:%Y%m%dT%H%M%S}",
        lead=lead,
        facts={"minutes": max(1, int(waited.total_seconds() // 60))},
    )
    Lead.objects.filter(pk=lead.pk).update(alert_at=None)
    return True
