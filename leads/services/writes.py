"""What every service does last: save with a new version, put a line on the timeline, announce."""

from collections.abc import Iterable
from typing import Any

from leads import prepared
from leads.actors import Actor
from leads.models import Lead, LeadEvent
from leads.on_commit import announce
from leads.signals import lead_changed


def record(lead: Lead, kind: str, actor: Actor, **data: Any) -> LeadEvent:
    """Append one line to the lead's timeline."""
    event = LeadEvent(lead=lead, kind=kind, actor_kind=actor.kind, user=actor.user, data=data)
    prepared.insert(event)
    return event


def changed(
    lead: Lead, fields: Iterable[str], *, action: str, actor: Actor, lost_by: Iterable[int] = ()
) -> None:
    """Save `fields` under the next version and announce. The caller holds the row's lock.

    `lost_by`: ids of users who may no longer see the lead.
    """
    names = list(fields)
    lead.version += 1
    prepared.update(lead, [*names, "version", "changed_in", "updated_at"])
    say_changed(lead.pk, action, names, actor, lost_by)


def say_changed(
    lead_id: Any, action: str, fields: Iterable[str], actor: Actor, lost_by: Iterable[int] = ()
) -> None:
    """Announce a change that the caller wrote by itself."""
    announce(
        lead_changed,
        lead_id=str(lead_id),
        action=action,
        changed=list(fields),
        origin=actor.origin,
        actor=actor.as_facts(),
        lost_by=list(lost_by),
    )
