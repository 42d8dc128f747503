"""Celery's view of the ground: fetch nothing, call one service."""

from celery import shared_task

from leads import deliveries, reconciling, wakeups
from leads.crew import Crew
from leads.outbound import queue, sending
from leads.services import alerts, assigning, pooled, reply_timers

# Assignments of one circle follow each other; more threads of a worker would wait, each in a transaction.
_makers = Crew(8)


@shared_task(name="leads.assign_waiting_leads")
def assign_waiting_leads() -> int:
    """Give leads of the unassigned queue to whoever is available now; a full batch is followed by another.
    Those of pools are told to whoever may take them now."""
    wakeups.taken(assign_waiting_leads)
    given = assigning.assign_waiting_leads()
    pooled.tell_takers()
    if given == assigning.QUEUE_BATCH:
        wakeups.wake(assign_waiting_leads)
    return given


@shared_task(name="leads.act_on_due_replies")
def act_on_due_replies() -> int:
    """Remind consultants who owe a first reply; pass leads on that got none."""
    return reply_timers.act_on_due_replies()


@shared_task(name="leads.alert_managers")
def alert_managers() -> int:
    """Tell the managers of leads that nobody has had for too long."""
    return alerts.alert_managers()


@shared_task(name="leads.process_deliveries")
def process_deliveries(*, is_second: bool = False) -> int:
    """Make leads of the requests that wait. Woken by each of them, and by a sweep."""
    wakeups.taken(process_deliveries)
    wakeups.look_twice(process_deliveries, is_second=is_second)
    return _makers.work(deliveries.process_pending)


@shared_task(name="leads.reconcile_meta")
def reconcile_meta() -> int:
    """Ask Meta for leads that no webhook told us of."""
    return reconciling.reconcile_meta()


@shared_task(name="leads.forget_bodies")
def forget_bodies() -> int:
    """Remove raw bodies whose retention time is over."""
    return deliveries.forget_bodies()


@shared_task(name="leads.tell_endpoints")
def tell_endpoints() -> int:
    """Tell other systems what happened to leads."""
    queue.owe_messages()
    return sending.send_messages()
