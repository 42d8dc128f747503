"""Telling people: who is owed which notice, how they want to hear of it, what they have seen."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from leads.errors import InvalidError
from leads.models import Lead, Notice, NoticePreferences, User
from leads.models.people import MANAGERS_GROUP
from leads.on_commit import announce
from leads.signals import notice_owed


def notify(
    *,
    user_id: int,
    kind: str,
    key: str,
    lead: Lead | None = None,
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """Owe `user_id` a notice about `lead`; False where they were owed one with this `key` before.

    Runs in the caller's transaction, so that what happened and the telling of it are written together.
    `facts` are plain JSON: `minutes` (how long), `to` and `by` (names). Announces `notice_owed`.
    """
    # By the unique key: of two sweeps at once, one owes the notice and the other sees it
    notice, is_new = Notice.objects.get_or_create(
        user_id=user_id, key=key, defaults={"kind": kind, "lead": lead, "facts": dict(facts or {})}
    )
    if is_new:
        announce(notice_owed, notice_id=notice.pk, user_id=user_id, kind=kind)
    return is_new


def notify_managers(
    *, kind: str, key: str, lead: Lead | None = None, facts: Mapping[str, Any] | None = None
) -> int:
    """The same to every active manager. Returns how many are owed it now."""
    managers = User.objects.filter(
        Q(is_superuser=True) | Q(groups__name=MANAGERS_GROUP), is_active=True
    ).distinct()
    # In one order: two who tell the same things wait for each other's rows, and never crosswise
    ids = managers.order_by("pk").values_list("pk", flat=True)
    return sum(notify(user_id=pk, kind=kind, key=key, lead=lead, facts=facts) for pk in ids)


def preferences_of(user_id: int) -> NoticePreferences:
    """As the person chose, or as they are before anybody chose."""
    chosen = NoticePreferences.objects.filter(pk=user_id).first()
    return chosen or NoticePreferences(user_id=user_id)


def choose(user: User, **chosen: Any) -> NoticePreferences:
    """Change some of somebody's preferences. InvalidError where quiet hours lack an end."""
    preferences = preferences_of(user.pk)
    for name, value in chosen.items():
        setattr(preferences, name, value)
    try:
        preferences.full_clean(validate_unique=False)
    except ValidationError as error:
        raise InvalidError(fields={"quiet_until": error.messages}) from error
    preferences.save()
    return preferences


def out_of_sight(user: User, shown: Collection[Notice]) -> set[int]:
    """Ids of notices whose lead is no longer this reader's to see, neither its name nor what it wants.

    Who had a lead and lost it is told where it went, by its name: they know it.
    """
    about = [one for one in shown if one.lead_id and one.kind != Notice.Kind.TAKEN_AWAY]
    leads = {one.lead_id for one in about if one.lead_id}
    seen = set(Lead.objects.visible_to(user).filter(pk__in=leads).values_list("pk", flat=True))
    if any(one.kind == Notice.Kind.POOLED for one in about):
        seen |= set(Lead.objects.takeable_by(user).filter(pk__in=leads).values_list("pk", flat=True))
    return {one.pk for one in about if one.lead_id not in seen}


def mark_seen(*, user: User, up_to: int) -> int:
    """The reader looked at the list: all notices up to this id are seen. Returns how many were not before."""
    return _see(Notice.objects.filter(user=user, pk__lte=up_to))


def mark_seen_of_lead(*, user: User, lead_id: UUID) -> int:
    """The reader opened the lead: there is nothing new for them in what they were told of it."""
    return _see(Notice.objects.filter(user=user, lead=lead_id))


def _see(notices: QuerySet[Notice]) -> int:
    return notices.filter(seen_at=None).update(seen_at=timezone.now())
