"""The numbers of the managers' overview about leads. Plain facts; the page finds the words.

Every figure counts leads that came in within the period unless it says otherwise; spam is left out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    Count,
    DurationField,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import TruncDate

from leads import clock
from leads.models import Assignment, Consultant, Lead, Status
from leads.models.lead import LeadQuerySet

QUEUE_SHOWN = 20
WON = Q(status__kind=Status.Kind.WON)
OPEN = Q(status__kind=Status.Kind.OPEN)


# Of times to answer the middle is told, not the mean, which one forgotten weekend would spoil
class Percentile(Aggregate):
    """PostgreSQL's `percentile_cont`; NULLs do not count."""

    function = "percentile_cont"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Period:
    """The last `days` days, up to now."""

    days: int

    @property
    def since(self) -> datetime:
        return clock.now() - timedelta(days=self.days)

    @property
    def before(self) -> datetime:
        """Where the period before this one, of the same length, began."""
        return clock.now() - timedelta(days=2 * self.days)


FIRST_RESPONSE = F("first_response_at") - F("given_at")


def totals(period: Period) -> dict[str, Any]:
    """What came in, who waits now, how fast the first answers were, what was won."""
    leads = _counted()
    came, came_before = _between(leads, period.since), _between(leads, period.before, period.since)
    waiting = leads.filter(OPEN, waiting_since__isnull=False)
    oldest = waiting.aggregate(count=Count("pk"), since=Min("waiting_since"))
    return {
        "came": came.count(),
        "came_before": came_before.count(),
        "waiting": oldest["count"],
        "waiting_since": oldest["since"],
        "first_response": _answered(came).aggregate(median=Percentile(FIRST_RESPONSE, fraction=0.5))[
            "median"
        ],
        "won": leads.filter(WON, closed_at__gte=period.since).count(),
        "unassigned": Lead.objects.awaiting_consultant().count(),
    }


def by_status(period: Period) -> list[dict[str, Any]]:
    """`[{slug, name, kind, count, percent}]`: where the leads of the period stand now."""
    counts = dict(_came_in(period).order_by().values_list("status").annotate(count=Count("pk")))
    total = sum(counts.values())
    return [
        {
            "slug": status.slug,
            "name": status.title,
            "kind": status.kind,
            "count": counts.get(status.slug, 0),
            "percent": _percent(counts.get(status.slug, 0), total),
        }
        for status in Status.objects.all()
    ]


def by_source(period: Period) -> list[dict[str, Any]]:
    """`[{slug, name, count, won, percent_won, percent}]`, most leads first; slug None: WhatsApp."""
    rows = list(
        _came_in(period)
        .order_by()
        .values("source__slug", "source__name")
        .annotate(count=Count("pk"), won=Count("pk", filter=WON))
        .order_by("-count")
    )
    most = max((row["count"] for row in rows), default=0)
    return [
        {
            "slug": row["source__slug"],
            "name": row["source__name"],
            "count": row["count"],
            "won": row["won"],
            "percent_won": _percent(row["won"], row["count"]),
            "percent": _percent(row["count"], most),
        }
        for row in rows
    ]


def by_consultant(period: Period) -> list[dict[str, Any]]:
    """`[{consultant, open, waiting, given, won, first_response}]`: who carries how much now."""
    # All counts are of one join with the leads, told apart
    # by filters: several joins would multiply each other
    own = Q(leads__archived_at=None, leads__status__kind=Status.Kind.OPEN)
    consultants = (
        Consultant.objects.select_related("user")
        .annotate(
            open=Count("leads", filter=own),
            waiting=Count("leads", filter=own & Q(leads__waiting_since__isnull=False)),
            won=Count(
                "leads", filter=Q(leads__closed_at__gte=period.since, leads__status__kind=Status.Kind.WON)
            ),
        )
        # Whoever was deactivated and still has open leads is shown: nobody answers those
        .filter(Q(user__is_active=True) | Q(open__gt=0))
        .order_by("-open", "user__first_name")
    )
    medians = dict(
        _answered(_came_in(period))
        .order_by()
        .values_list("answered_by")
        .annotate(median=Percentile(FIRST_RESPONSE, fraction=0.5))
    )
    given = _given_in(period)
    names = ("open", "waiting", "won")
    return [
        {
            "consultant": consultant,
            "first_response": medians.get(consultant.pk),
            "given": given.get(consultant.pk, 0),
            **{name: getattr(consultant, name) for name in names},
        }
        for consultant in consultants
    ]


def _given_in(period: Period) -> dict[int, int]:
    """How often each was given a lead, whoever has it now: what was taken away again, or merged, was given."""
    given = Assignment.objects.filter(
        outcome=Assignment.Outcome.ASSIGNED, created_at__gte=period.since, consultant__isnull=False
    )
    return dict(given.order_by().values_list("consultant").annotate(count=Count("pk")))


def response_days(period: Period) -> list[dict[str, Any]]:
    """`[{day, median, slow, count}]`: first answers by the day the lead came; `slow` is the 90th percentile."""
    days = (
        _answered(_came_in(period))
        .annotate(day=TruncDate("created_at"))
        .order_by()
        .values("day")
        .annotate(
            median=Percentile(FIRST_RESPONSE, fraction=0.5),
            slow=Percentile(FIRST_RESPONSE, fraction=0.9),
            count=Count("pk"),
        )
        .order_by("day")
    )
    return [dict(day) for day in days]


def unassigned_queue(limit: int = QUEUE_SHOWN) -> list[tuple[Lead, Assignment | None]]:
    """Leads without a consultant, hottest and oldest first, each with its last decision; None: not tried yet."""
    leads = list(Lead.objects.awaiting_consultant().select_related("source")[:limit])
    decisions = Assignment.objects.filter(lead__in=leads).select_related(
        "rule", "consultant__user", "previous_consultant__user", "user"
    )
    last = {one.lead_id: one for one in decisions.order_by("lead_id", "-id").distinct("lead_id")}
    return [(lead, last.get(lead.pk)) for lead in leads]


def _counted() -> LeadQuerySet:
    return Lead.objects.filter(is_spam=False, archived_at=None)


def _came_in(period: Period) -> LeadQuerySet:
    return _between(_counted(), period.since)


def _between(leads: LeadQuerySet, start: datetime, end: datetime | None = None) -> LeadQuerySet:
    leads = leads.filter(created_at__gte=start)
    return leads.filter(created_at__lt=end) if end else leads


def _answered(leads: LeadQuerySet) -> QuerySet[Any]:
    """With `answered_by` and `given_at`: who had them when they were answered, and since when.

    The past stays as it was: whoever is given them afterwards answered nothing of it.
    """
    is_last = Q(first_response_at__gte=F("assigned_at"))
    earlier = Assignment.objects.filter(
        lead=OuterRef("pk"),
        outcome=Assignment.Outcome.ASSIGNED,
        created_at__lte=OuterRef("first_response_at"),
    ).order_by("-created_at", "-id")
    # The ledger is asked for those alone that went on since
    since = Case(When(is_last, then=F("assigned_at")), default=Subquery(earlier.values("created_at")[:1]))
    whom = Case(
        When(is_last, then=F("consultant")),
        default=Subquery(earlier.values("consultant")[:1]),
        output_field=BigIntegerField(),
    )
    answered = leads.filter(first_response_at__isnull=False)
    return answered.annotate(given_at=since, answered_by=whom).filter(given_at__isnull=False)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
