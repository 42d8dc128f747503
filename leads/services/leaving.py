"""When a consultant leaves: their open leads go to colleagues, one turn of the circle each."""

from collections import Counter
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leads.actors import Actor, person
from leads.errors import NotAllowedError
from leads.models import Assignment, Consultant, Lead, User
from leads.services.assigning import assign_lead


class GivenAway(NamedTuple):
    """How many leads found somebody, and how many wait now in the unassigned queue or a pool."""

    given: int
    waiting: int


def redistribute(*, user: User, consultant: Consultant, origin: str = "") -> GivenAway:
    """Take `consultant` out of the circles and give away their open leads, hottest first.

    Each lead moves in a transaction of its own, so that a stop half way loses nothing and may simply be
    repeated.
    """
    if not user.is_manager:
        raise NotAllowedError(_("Only managers redistribute leads."))
    # First, or the circle could give them their own leads back
    Consultant.objects.filter(pk=consultant.pk).update(is_accepting_leads=False)
    open_leads = Lead.objects.open().filter(consultant=consultant).order_by("-score", "created_at")
    outcomes = Counter(
        _give_away(pk, consultant, person(user, origin)) for pk in open_leads.values_list("pk", flat=True)
    )
    return GivenAway(outcomes[True], outcomes[False])


@transaction.atomic
def _give_away(lead_id: UUID, consultant: Consultant, actor: Actor) -> bool | None:
    """Whether it found somebody. None: somebody moved the lead meanwhile, and it is theirs."""
    # Asked again with the lock: the list is older
    lead = Lead.objects.select_for_update().filter(pk=lead_id, consultant=consultant).first()
    if lead is None:
        return None
    assignment = assign_lead(lead=lead, actor=actor, trigger=Assignment.Trigger.LEAVING, may_keep=False)
    return assignment.consultant_id is not None
