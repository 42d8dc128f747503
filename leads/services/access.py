"""The one way to get a lead for a user: what they may not see does not exist for them."""

from uuid import UUID

from django.utils.translation import gettext as _

from leads.errors import NotAllowedError, NotFoundError
from leads.models import Lead, User


def get_lead(user: User, lead_id: UUID | str, *, lock: bool = False) -> Lead:
    """The lead, if `user` may see it; else NotFoundError. `lock` holds its row until the transaction ends."""
    leads = Lead.objects.visible_to(user)
    # A lock never joins: a row whose foreign key changed while we waited would drop out of the join.
    leads = (
        leads.select_for_update() if lock else leads.select_related("status", "source", "consultant__user")
    )
    lead = leads.filter(pk=lead_id).first()
    if lead is None:
        raise NotFoundError(_("There is no such lead, or it is not yours."))
    return lead


def get_lead_to_move(user: User, lead_id: UUID | str, *, lock: bool = False) -> Lead:
    """As `get_lead`, but NotAllowedError where it is somebody else's: a card may be given away while it is dragged,
    and whoever drags it saw it a moment ago."""
    try:
        return get_lead(user, lead_id, lock=lock)
    except NotFoundError:
        if Lead.objects.filter(pk=lead_id).exists():
            raise NotAllowedError(_("This lead is not yours.")) from None
        raise
