"""From a stored request to leads. The row is the queue; any number of workers may take from it.

Claim (one statement) → understand (no transaction held, perhaps over HTTP) → settle (leads and the
delivery's state in one transaction). A worker that dies anywhere leaves a row that is due again when
its lease ends; a worker that comes back too late finds the claim gone and writes nothing.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import DataError, transaction
from django.db import Error as DatabaseError
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leads import mishaps, stopping
from leads.bodies import BodyError
from leads.cleaning import clean_text
from leads.models import Delivery
from leads.payload import LeadPayload
from leads.services.intake import NoStatusError
from leads.settling import OWED, ClaimLostError, owned, reject, settle, settle_part, taken_in_before
from leads.sources import NotASubmissionError, kind_of
from leads.sources.fetching import FetchError
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
FORGOTTEN_AT_ONCE = 2_000
LAST_DOUBLING = 10  # the pause is at its longest long before
# More than a patient day takes with these pauses: whoever has been claimed so often kills its workers.
MOST_CLAIMS = 50

# The attempt is counted by the claim itself: a body that takes its worker down is given up, too
_CLAIM = """
UPDATE leads_delivery SET attempts = attempts + 1, next_attempt_at = statement_timestamp() + %s
WHERE id IN (
  SELECT id FROM leads_delivery WHERE state IN ('received', 'failed') AND next_attempt_at <= statement_timestamp()
  ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING *"""


def process_pending(batches: int = 50) -> int:
    """Process what is due, oldest first. Returns how many deliveries were looked at."""
    seen = 0
    for _turn in range(batches):
        claimed = [] if stopping.is_asked() else claim_batch()
        for place, delivery in enumerate(claimed):
            if stopping.is_asked():
                _give_back(claimed[place:])
                return seen + place
            process(delivery)
        seen += len(claimed)
        if len(claimed) < BATCH:
            break
    return seen


def _give_back(claimed: list[Delivery]) -> None:
    """Due at once for another worker, as if they had not been claimed."""
    for delivery in claimed:
        owned(delivery).update(attempts=F("attempts") - 1, next_attempt_at=timezone.now())


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
    if not owned(delivery).update(next_attempt_at=until):
        raise ClaimLostError
    delivery.next_attempt_at = until


def _read_and_settle(delivery: Delivery) -> None:
    try:
        payloads = understand(delivery)
    except (BodyError, NotASubmissionError) as error:
        reject(delivery, str(error))
    except FetchError as error:
        settle_part(delivery, error.found)
        raise
    else:
        settle(delivery, payloads)


def understand(delivery: Delivery) -> list[LeadPayload]:
    """What the request says, by the source's kind. Raises BodyError, NotASubmissionError, FetchError
    or ClaimLostError."""
    if delivery.body is None:
        raise BodyError(_("The body was removed after its retention time."))
    kind, source = kind_of(delivery.source), delivery.source
    tree = read_whole(bytes(delivery.body), delivery.content_type, delivery.headers)
    done = taken_in_before(delivery)

    def is_owed(submission: str) -> bool:
        # As long as its vendor answers, a webhook of a thousand leads keeps its claim
        _renew_claim(delivery)
        return submission not in done

    fetched = kind.fetch(tree, source, is_owed)
    return kind.parse(tree, source, delivery.headers) if fetched is None else fetched


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
    owned(delivery).update(
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
    """Remove settled bodies after their retention time; the rows stay. Returns how many went.

    In small portions: after the time was shortened, one statement for all of them would never come to its end.
    """
    limit = timezone.now() - timedelta(days=settings.DELIVERY_BODY_DAYS)
    old = Delivery.objects.filter(received_at__lt=limit, body__isnull=False).exclude(state__in=OWED)
    count = 0
    while not stopping.is_asked() and (
        portion := list(old.order_by().values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    ):
        # What was understood tells as much of the person as the body did
        count += old.filter(pk__in=portion).update(body=None, understood=[])
    return count
