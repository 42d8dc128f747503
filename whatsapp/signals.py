"""What the wire announces, after commit. Payloads are ids and plain facts; listeners read the row again."""

from django.dispatch import Signal

message_received = Signal()
"""A client wrote on a line of ours. Facts: `conversation_id`, `message_id`, `line_kind`, `waited` (the seconds
since it was written, of a message taken in).

Heard by `agent` (an answer is owed, on the agent's line) and `kanban` (open threads follow).
"""

message_changed = Signal()
"""A message of ours was queued, sent, delivered, read or failed. Facts: `conversation_id`, `message_id`.

Heard by `kanban`. A fact `chat` ({consultant_id, chat_id, message, timestamp}) stands instead of the ids
when the message is of a consultant's own line and of nobody that is a lead: nothing of it is stored.
"""
