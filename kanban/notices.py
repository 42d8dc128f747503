"""What the desk shows of notices: the latest ones, and how many have not been seen."""

from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, OuterRef, QuerySet, Subquery

from leads.api.facts import as_time
from leads.models import Notice, User
from leads.notice_words import address_of, reason_of, title_of, title_out_of_sight
from leads.services.notices import out_of_sight

SHOWN = 20
MOST_COUNTED = 100


def latest_notices(user: User, after: int = 0) -> dict[str, Any]:
    """`{unseen, notices}`: newest first, those with a greater id than `after`."""
    rows = Notice.objects.filter(user=user, pk__gt=after).select_related("lead__source")
    shown = list(rows[:SHOWN])
    hidden = out_of_sight(user, shown)
    facts = [notice_facts(row, is_in_sight=row.pk not in hidden) for row in shown]
    return {"unseen": count_unseen(user), "notices": facts}


def count_unseen(user: User) -> int:
    return unseen_of(user.pk)[:MOST_COUNTED].count()


def unseen_of(user_id: Any) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user_id, seen_at=None)


def bell_facts(user: User) -> dict[str, Any]:
    """How many are unseen, up to which id the page knows, and how the reader wants to hear of new ones.

    One statement, for every page has a bell.
    """
    mine = Notice.objects.filter(user=OuterRef("pk")).order_by("-pk")
    unseen = unseen_of(OuterRef("pk")).order_by().values("user").annotate(count=Count("pk")).values("count")
    row = User.objects.annotate(newest=Subquery(mine.values("pk")[:1]), unseen=Subquery(unseen))
    facts = row.values("newest", "unseen", "notice_preferences__by_app", "notice_preferences__has_sound").get(
        pk=user.pk
    )
    return {
        "unseen": facts["unseen"] or 0,
        "newest": facts["newest"] or 0,
        # NULL for whoever never chose, which means yes
        "by_app": facts["notice_preferences__by_app"] is not False,
        "has_sound": bool(facts["notice_preferences__has_sound"]),
    }


def notice_facts(notice: Notice, *, is_in_sight: bool = True) -> dict[str, Any]:
    """One notice as the browser gets it, in the language that is switched on; of a lead that the reader does
    not see any more, only that there was something."""
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "lead": str(notice.lead_id) if notice.lead_id and is_in_sight else None,
        "title": title_of(notice) if is_in_sight else title_out_of_sight(),
        "text": reason_of(notice) if is_in_sight else "",
        # The path alone: a browser follows it on the host that it came by, whatever PUBLIC_URL says
        "url": urlsplit(address_of(notice)).path if is_in_sight else "",
        "at": as_time(notice.created_at),
        "is_seen": notice.seen_at is not None,
    }
