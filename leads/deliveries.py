"""From a stored request to leads. The row is the queue; any number of workers may take from it.

Claim (one statement) → understand (no transaction held, perhaps over HTTP) → settle (leads and the
delivery's state in one transaction). A worker that dies anywhere leaves a row that is due again when
its lease ends; a worker that comes back too late finds the claim gone and writes nothing.
"""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DataError, transaction
from django.db import Error as DatabaseError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leads import mishaps
from leads.actors import SYSTEM
from leads.bodies import BodyError
from leads.cleaning import clean_text
from leads.identity import identities_of
from leads.models import Assignment, Consultant, Delivery
from leads.payload import LeadPayload
from leads.services.assigning import assign_lead
from leads.services.correcting import correct_lead, made_one_of
from leads.services.intake import NoContactError, NoStatusError, Received, receive_lead
from leads.sources import NotASubmissionError, kind_of
from leads.sources.fetching import FetchError
from leads.summaries import summary_of
from leads.wholeness import read_whole

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(seconds=60)
# Longer than any single question to a vendor; renewed between two of them.
FETCH_LEASE = timedelta(minutes=3)
# With pauses that double from 5 s: about eleven minutes for what will hardly pass by itself
MAX_ATTEMPTS = 8
# Rate limits and outages last for hours: what may pass by itself is given so long since it came.
PATIENCE = timedelta(hours=24)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
LAST_DOUBLING = 10  # the pause is at its longest long before
# More than a patient day takes with these pauses: whoever has been claimed so often kills its workers.
MOST_CLAIMS = 50
OWED = (Delivery.State.RECEIVED, Delivery.State.FAILED)

# The attempt is counted by the claim itself: a body that takes its worker down is given up, too
_CLAIM = """
UPDATE leads_delivery SET attempts = attempts + 1, next_attempt_at = statement_timestamp() + %s
WHERE id IN (
  SELECT id FROM leads_delivery WHERE state IN ('received', 'failed') AND next_attempt_at <= statement_timestamp()
  ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING *"""


class ClaimLostError(Exception):
    """Another worker has taken the delivery meanwhile: what this one did is rolled back."""


def process_pending(batches: int = 50) -> int:
    """Process what is due, oldest first. Returns how many deliveries were looked at."""
    seen = 0
    for _turn in range(batches):
        claimed = claim_batch()
        for delivery in claimed:
            process(delivery)
        seen += len(claimed)
        if len(claimed) < BATCH:
            break
    return seen


def claim_batch(limit: int = BATCH) -> list[Delivery]:
    """Take deliveries that are due, for as long as the lease lasts."""
    with transaction.atomic():
        claimed = list(Delivery.objects.raw(_CLAIM, [LEASE, limit]).prefetch_related("source"))
    # RETURNING has no order; who came first is read first
    return sorted(claimed, key=lambda delivery: delivery.received_at)


def process(delivery: Delivery) -> None:
    """Settle one claimed delivery, or postpone it with the reason in words."""
    if _kills_workers(delivery):
        _postpone(delivery, str(_("No worker came to an end with it.")), is_final=True)
        return
    try:
        _renew_claim(delivery)
        _read_and_settle(delivery)
    except ClaimLostError:
        logger.info("delivery was taken over", extra={"delivery": str(delivery.pk)})
    except FetchError as error:
        _postpone(delivery, str(error), is_final=error.is_final, may_pass=True, not_before=error.retry_after)
    except NoStatusError as error:
        _postpone(delivery, str(error), may_pass=True)
    except DatabaseError as error:
        text = f"{_('The database did not answer as expected')}: {error}"
        # What cannot be stored today cannot be stored tomorrow; anything else is the database's own trouble.
        _postpone(delivery, text, may_pass=not isinstance(error, DataError))
    except Exception as error:  # noqa: BLE001 - whatever a body makes of us, the queue goes on
        logger.error("delivery failed", extra={"delivery": str(delivery.pk), **mishaps.facts_of(error)})
        _postpone(delivery, f"{_('This is a fault of ours')}: {type(error).__name__}: {error}")


def _kills_workers(delivery: Delivery) -> bool:
    """Claimed so often, and nobody came to write down what became of it."""
    has_failed_before = delivery.state == Delivery.State.FAILED
    return delivery.attempts > (MOST_CLAIMS if has_failed_before else MAX_ATTEMPTS)


def _renew_claim(delivery: Delivery) -> None:
    """A batch is claimed at once and handled one by one: start with a whole lease. Raises ClaimLostError.

    Only a source with a token is asked over HTTP; the others are done in no time.
    """
    lease = FETCH_LEASE if delivery.source.access_token else LEASE
    until = timezone.now() + lease
    # Most of a batch is reached within half a lease, and costs no statement
    if delivery.next_attempt_at and until - delivery.next_attempt_at < LEASE / 2:
        return
    if not _owned(delivery).update(next_attempt_at=until):
        raise ClaimLostError
    delivery.next_attempt_at = until


def _owned(delivery: Delivery) -> QuerySet[Delivery]:
    """The delivery's row, as long as no other worker has claimed it since."""
    # Attempts are counted from nought again after a replay; the end of the lease is of this claim alone
    return Delivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, next_attempt_at=delivery.next_attempt_at, state__in=OWED
    )


def _read_and_settle(delivery: Delivery) -> None:
    try:
        payloads = understand(delivery)
    except (BodyError, NotASubmissionError) as error:
        _reject(delivery, str(error))
    else:
        _settle(delivery, payloads)


def understand(delivery: Delivery) -> list[LeadPayload]:
    """What the request says, by the source's kind. Raises BodyError, NotASubmissionError, FetchError
    or ClaimLostError."""
    if delivery.body is None:
        raise BodyError(_("The body was removed after its retention time."))
    kind, source = kind_of(delivery.source), delivery.source
    tree = read_whole(bytes(delivery.body), delivery.content_type, delivery.headers)
    # As long as its vendor answers, a webhook of a thousand leads keeps its claim
    fetched = kind.fetch(tree, source, lambda: _renew_claim(delivery))
    return kind.parse(tree, source, delivery.headers) if fetched is None else fetched


@transaction.atomic
def _settle(delivery: Delivery, payloads: list[LeadPayload]) -> None:
    """Leads first, in an order that all workers share; then the delivery, if it is still ours.

    Nobody is assigned until all leads are written: a rule's row is locked after every identity and lead.
    """
    outcomes: list[Received] = []
    refusals: list[str] = []
    for payload in sorted(payloads, key=identities_of):
        try:
            outcomes.append(_receive(delivery, payload))
        except NoContactError as error:
            refusals.append(str(error.detail))
    understood = [summary_of(one) for one in payloads]
    reasons = " ".join(dict.fromkeys(refusals))
    if not outcomes:
        _reject(delivery, reasons or _("There was no submission in what came."), understood=understood)
        return
    _assign(outcomes)
    state = _state_of(outcomes, delivery)
    _link(delivery, outcomes)
    if any(one.is_anothers for one in outcomes):
        # What its own lead was made of is kept, so that the next replay can still mend it
        text = _("The contact belongs to another lead than the one that this made: merge the two.")
        _finish(delivery, state, text)
    else:
        _finish(delivery, state, reasons, understood=understood)


def _reject(delivery: Delivery, reason: str, **fields: Any) -> None:
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


def _receive(delivery: Delivery, payload: LeadPayload) -> Received:
    """A replayed delivery mends the lead it made; any other makes or enriches one."""
    if delivery.understood:
        corrected = correct_lead(delivery=delivery, payload=payload, actor=SYSTEM)
        if corrected is not None:
            return corrected
    return receive_lead(
        payload=payload, source=delivery.source, actor=SYSTEM, assign=False, delivery_id=delivery.pk
    )


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
    written = _owned(delivery).update(
        state=state, error=error, processed_at=timezone.now(), next_attempt_at=None, **fields
    )
    if not written:
        raise ClaimLostError


def _postpone(
    delivery: Delivery,
    error: str,
    *,
    is_final: bool = False,
    may_pass: bool = False,
    not_before: timedelta | None = None,
) -> None:
    """Try again later, each time twice as late, until it is given up for a person to look at.

    `may_pass`: no fault of ours, so it is given time, not a number of attempts. `not_before`: what the vendor
    asked for, as far as it is no longer than our own longest pause.
    """
    is_dead = is_final or (delivery.attempts >= MAX_ATTEMPTS and not (may_pass and _is_young(delivery)))
    ours = FIRST_PAUSE * 2 ** min(delivery.attempts - 1, LAST_DOUBLING)
    pause = min(LONGEST_PAUSE, max(ours, not_before or ours))
    _owned(delivery).update(
        state=Delivery.State.DEAD if is_dead else Delivery.State.FAILED,
        error=clean_text(error, 2000),
        next_attempt_at=None if is_dead else timezone.now() + pause,
        processed_at=timezone.now() if is_dead else None,
    )


def _is_young(delivery: Delivery) -> bool:
    return timezone.now() - delivery.received_at < PATIENCE


def owe_again(settled: QuerySet[Delivery]) -> int:
    """Put deliveries back into the queue, as if they had just come. Returns how many."""
    return settled.update(
        state=Delivery.State.RECEIVED,
        attempts=0,
        error="",
        next_attempt_at=timezone.now(),
        processed_at=None,
    )


def forget_bodies() -> int:
    """Remove settled bodies after their retention time; the rows stay. Returns how many went."""
    limit = timezone.now() - timedelta(days=settings.DELIVERY_BODY_DAYS)
    old = Delivery.objects.filter(received_at__lt=limit, body__isnull=False).exclude(state__in=OWED)
    # What was understood tells as much of the person as the body did
    return old.update(body=None, understood=[])
