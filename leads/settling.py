"""What became of a delivery, written down: its leads and its state in one transaction, if the claim is still ours."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.actors import SYSTEM
from leads.identity import identities_of
from leads.models import Assignment, Consultant, Delivery, SeenSubmission
from leads.payload import LeadPayload
from leads.services.assigning import assign_lead
from leads.services.correcting import correct_lead, made_one_of
from leads.services.intake import NoContactError, Received, receive_lead
from leads.sources import kind_of
from leads.summaries import summary_of

OWED = (Delivery.State.RECEIVED, Delivery.State.FAILED)
# Beside what was understood of a part that was taken in while others were still owed
IS_PART = "is_part"


class ClaimLostError(Exception):
    """Another worker has taken the delivery meanwhile: what this one did is rolled back."""


def owned(delivery: Delivery) -> QuerySet[Delivery]:
    """The delivery's row, as long as no other worker has claimed it since."""
    # Attempts are counted from nought again after a replay; the end of the lease is of this claim alone
    return Delivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, next_attempt_at=delivery.next_attempt_at, state__in=OWED
    )


@transaction.atomic
def settle(delivery: Delivery, payloads: list[LeadPayload]) -> None:
    """All that it says has come. Raises ClaimLostError."""
    outcomes, reasons = _take_in(delivery, payloads)
    understood = _understood(delivery, payloads)
    if not outcomes:
        # Of parts that all had come before, nothing was left to ask for
        nothing = "" if taken_in_before(delivery) else _("There was no submission in what came.")
        reject(delivery, reasons or nothing, understood=understood)
        return
    state = _state_of(outcomes, delivery)
    if any(one.is_anothers for one in outcomes):
        # What its own lead was made of is kept, so that the next replay can still mend it
        text = _("The contact belongs to another lead than the one that this made: merge the two.")
        _finish(delivery, state, text)
    else:
        _finish(delivery, state, reasons, understood=understood)


@transaction.atomic
def settle_part(delivery: Delivery, payloads: list[LeadPayload]) -> None:
    """What a vendor gave before it would give no more: these leads need not wait for the others, nor be asked for
    again. The delivery is still owed. Raises ClaimLostError."""
    _take_in(delivery, payloads)
    understood = _understood_so_far(delivery, payloads)
    if understood != delivery.understood and not owned(delivery).update(understood=understood):
        raise ClaimLostError


def taken_in_before(delivery: Delivery) -> set[str]:
    """Submissions that an earlier attempt took in; not those of an earlier run, for a replay begins anew."""
    parts = [one.get("external_id", "") for one in _parts_of(delivery)]
    seen = SeenSubmission.objects.filter(source=delivery.source, key__in=parts)
    return set(seen.values_list("key", flat=True)) if parts else set()


def reject(delivery: Delivery, reason: str, **fields: Any) -> None:
    """Nobody is in it. A replay that finds nobody takes nothing back: its leads came from it all the same.

    Such a one keeps what was understood when they came, so that the next replay can still mend them.
    """
    lead_ids = list(delivery.leads.values_list("pk", flat=True))
    if not lead_ids:
        _finish(delivery, Delivery.State.REJECTED, reason, **fields)
    elif made_one_of(lead_ids, delivery):
        _finish(delivery, Delivery.State.PROCESSED, reason)
    else:
        _finish(delivery, Delivery.State.DUPLICATE, reason)


def _take_in(delivery: Delivery, payloads: list[LeadPayload]) -> tuple[list[Received], str]:
    """Leads in an order that all workers share, and why there are none of some.

    Nobody is assigned until all leads are written: a rule's row is locked after every identity and lead.
    """
    outcomes: list[Received] = []
    refusals: list[str] = []
    for payload in sorted(payloads, key=identities_of):
        try:
            outcomes.append(_receive(delivery, payload))
        except NoContactError as error:
            refusals.append(str(error.detail))
    _assign(outcomes)
    _link(delivery, outcomes)
    return outcomes, " ".join(dict.fromkeys(refusals))


def _understood(delivery: Delivery, payloads: list[LeadPayload]) -> list[dict[str, Any]]:
    """Of all its parts, where it came in several."""
    now = [summary_of(one) for one in payloads]
    return [_whole(one) for one in _others(_parts_of(delivery), now)] + now


def _understood_so_far(delivery: Delivery, payloads: list[LeadPayload]) -> list[dict[str, Any]]:
    """With a mark at what this attempt and those before it took in; what an earlier run understood has none."""
    now = [summary_of(one) for one in payloads]
    parts = _parts_of(delivery)
    earlier = [one if one in parts else _whole(one) for one in _others(delivery.understood, now)]
    return earlier + [one | {IS_PART: True} for one in now]


def _parts_of(delivery: Delivery) -> list[dict[str, Any]]:
    """None at the first attempt: after a replay these are of the run before."""
    is_first = delivery.state != Delivery.State.FAILED
    return [] if is_first else [one for one in delivery.understood if one.get(IS_PART)]


def _others(understood: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = {one.get("external_id") for one in now}
    return [one for one in understood if one.get("external_id") not in ids]


def _whole(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in summary.items() if name != IS_PART}


def _receive(delivery: Delivery, payload: LeadPayload) -> Received:
    """A replayed delivery mends the lead it made; any other makes or enriches one."""
    if delivery.understood and not _is_another_part(delivery, payload):
        corrected = correct_lead(delivery=delivery, payload=payload, actor=SYSTEM)
        if corrected is not None:
            return corrected
    return receive_lead(
        payload=payload, source=delivery.source, actor=SYSTEM, assign=False, delivery_id=delivery.pk
    )


def _is_another_part(delivery: Delivery, payload: LeadPayload) -> bool:
    """Not the submission that was understood before, but the next that the same webhook names."""
    known = {one.get("external_id") for one in delivery.understood}
    return kind_of(delivery.source).reads_over_http and payload.external_id not in known


def _assign(outcomes: list[Received]) -> None:
    """Give each lead once, as it stands after all that the delivery says of it."""
    latest = {one.lead.pk: one.lead for one in outcomes}
    owed: dict[UUID, Consultant | None] = {}
    for one in outcomes:
        if one.is_owed:
            owed.setdefault(one.lead.pk, one.former)
    for lead_id, former in owed.items():
        assign_lead(lead=latest[lead_id], actor=SYSTEM, trigger=Assignment.Trigger.ARRIVAL, former=former)


def _state_of(outcomes: list[Received], delivery: Delivery) -> str:
    """A replay is still the delivery that its leads came from, whomever else it turns out to speak of."""
    mine = delivery.leads.values_list("pk", flat=True)
    if any(one.is_new for one in outcomes) or (delivery.understood and made_one_of(mine, delivery)):
        return Delivery.State.PROCESSED
    return Delivery.State.DUPLICATE


def _link(delivery: Delivery, outcomes: list[Received]) -> None:
    through = Delivery.leads.through
    links = {one.lead.pk: through(delivery_id=delivery.pk, lead_id=one.lead.pk) for one in outcomes}
    # A replay finds the links of the first time
    through.objects.bulk_create(links.values(), ignore_conflicts=True)


def _finish(delivery: Delivery, state: str, error: str = "", **fields: Any) -> None:
    """Raises ClaimLostError where the delivery is no longer this worker's."""
    written = owned(delivery).update(
        state=state, error=error, processed_at=timezone.now(), next_attempt_at=None, **fields
    )
    if not written:
        raise ClaimLostError
