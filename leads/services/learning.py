"""What a conversation teaches about a lead that exists already."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from leads.actors import Actor
from leads.cleaning import clean_tree
from leads.models import Lead
from leads.services import writes


def learn_slots(
    *, lead_id: UUID, known: Mapping[str, Any], taken_back: Iterable[str] = (), actor: Actor
) -> bool:
    """Slots follow the client's newest words; those taken back go. False where nothing is new.

    Runs in the caller's transaction, which may hold the conversation and nothing of the lead. Announces
    `lead_changed`.
    """
    lead = Lead.objects.select_for_update().get(pk=lead_id)
    gone = set(taken_back)
    slots = {key: slot for key, slot in (lead.slots | clean_tree(dict(known))).items() if key not in gone}
    if slots == lead.slots:
        return False
    lead.slots = slots
    writes.changed(lead, ["slots"], action="slots_learned", actor=actor)
    return True
