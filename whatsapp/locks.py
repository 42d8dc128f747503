"""Who writes to a conversation holds its row: order and hand-overs are decided one at a time."""

from collections.abc import Collection
from uuid import UUID

from whatsapp.models import Conversation


def lock_conversation(conversation_id: UUID | str) -> Conversation:
    """The conversation with its row held until the caller's transaction ends. Raises DoesNotExist."""
    # Of the join only our row: a lock on the line as well would make all its conversations wait for one
    locked = Conversation.objects.select_for_update(of=("self",))
    return locked.select_related("line").get(pk=conversation_id)


def lock_all_of(keys: Collection[str]) -> None:
    """Hold every conversation with this person, in one order for everybody who needs more than one of them.

    `keys`: all their names. To be called before any of them is held: consent changes them all.
    """
    rows = Conversation.objects.select_for_update().filter(client_key__in=keys).order_by("pk")
    list(rows.values_list("pk", flat=True))
