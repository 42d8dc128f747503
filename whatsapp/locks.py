"""Who writes to a conversation holds its row: order and hand-overs are decided one at a time.

Who needs several holds them all by their ids before anything else, then what comes after conversations in
`docs/architecture.md`: whoever already held one of them would wait for somebody who waits for that one.
"""

from collections.abc import Collection
from uuid import UUID

from leads import one_trip
from whatsapp.models import Conversation

# In one order for everybody. Two names that share a number wait for each other, and nothing worse
_HOLD_NAMES = """
SELECT pg_advisory_xact_lock(number) FROM (
  SELECT DISTINCT hashtextextended(key, 0) AS number FROM unnest(%s::text[]) AS key ORDER BY number
) AS name"""


def lock_conversation(conversation_id: UUID | str) -> Conversation:
    """The conversation with its row held until the caller's transaction ends. Raises DoesNotExist."""
    # Of the join only our row: a lock on the line as well would make all its conversations wait for one
    locked = Conversation.objects.select_for_update(of=("self",))
    return locked.select_related("line").get(pk=conversation_id)


def hold_names(keys: Collection[str]) -> None:
    """Whoever begins a conversation with this person, or changes all of them, comes one after the other: a row
    that is not there yet cannot be held. To be called before any conversation of theirs is held."""
    one_trip.execute(_HOLD_NAMES, [list(keys)])


def lock_all_of(keys: Collection[str]) -> list[UUID]:
    """Hold every conversation with this person, in one order for everybody who needs more than one of them; none
    is begun meanwhile.

    `keys`: all their names. To be called before any of them is held: consent changes them all.
    """
    hold_names(keys)
    theirs = Conversation.objects.filter(client_key__in=keys)
    return list(theirs.select_for_update().order_by("pk").values_list("pk", flat=True))
