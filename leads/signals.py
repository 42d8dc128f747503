"""What the ground announces. Payloads are ids and plain facts; listeners read the row again.

Sent after commit and robustly. A listener enqueues or broadcasts, nothing else.
"""

from django.dispatch import Signal

lead_received = Signal()
"""A lead came into being. Facts: `lead_id`, `origin`, `actor` ({kind, id, name}).

Heard by `kanban` (the card appears) and `agent` (refine the classification).
"""

lead_changed = Signal()
"""A lead's card changed. Facts: `lead_id`, `action`, `changed` (field names), `origin`, `actor`,
`lost_by` (ids of users who lost sight of it).

Heard by `kanban` (boards follow) and `agent` (an assignment means a consultant to notify).
"""

notice_owed = Signal()
"""Somebody is to be told something. Facts: `notice_id`, `user_id`, `kind`.

Heard by `kanban` (the desk shows it) and `agent` (the channels that reach people elsewhere).
"""
