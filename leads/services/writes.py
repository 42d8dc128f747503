"""What every service does last: save with a new version, put a line on the timeline, announce."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from leads import prepared
from leads.actors import Actor
from leads.models import Lead, LeadEvent
from leads.on_commit import announce
from leads.signals import lead_changed

# What each change of a lead writes beside its fields
STAMPS = ("version", "changed_in", "updated_at")


def event_of(lead: Lead, kind: str, actor: Actor, **data: Any) -> LeadEvent:
    """One line of the lead's timeline, yet to be saved."""
    return LeadEvent(lead=lead, kind=kind, actor_kind=actor.kind, user=actor.user, data=data)


def record(lead: Lead, kind: str, actor: Actor, **data: Any) -> LeadEvent:
    """Append one line to the lead's timeline."""
    event = event_of(lead, kind, actor, **data)
    prepared.insert(event)
    return event


def changed(
    lead: Lead,
    fields: Iterable[str],
    *,
    action: str,
    actor: Actor,
    lost_by: Iterable[int] = (),
    new: Sequence[Model] = (),
) -> None:
    """Save `fields` under the next version and announce. The caller holds the row's lock.

    `lost_by`: ids of users who may no longer see the lead. `new`: rows to save in the same statement.
    """
    names = list(fields)
    # Not by F(): the caller holds the row, and the answer shows the number
    lead.version += 1
    saved = [*names, *STAMPS]
    if new:
        prepared.write_together(new, lead, saved)
    else:
        prepared.update(lead, saved)
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
