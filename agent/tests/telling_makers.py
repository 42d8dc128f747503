"""Somebody to tell about a lead, and what became of it."""

from agent import notify, telling
from agent.models import Notification
from leads.models import Consultant, Lead, Notice
from leads.services import notices
from leads.tests.makers import make_lead


def tell() -> int:
    """What the three tasks do."""
    telling.catch_up()
    notify.tell_consultants()
    return telling.deliver_notifications()


def owe(consultant: Consultant, kind: str = "assigned", lead: Lead | None = None, **facts) -> Notice:
    """A notice about a lead of the consultant's."""
    lead = lead or make_lead(consultant=consultant)
    notices.notify(user_id=consultant.pk, kind=kind, key=f"{kind}:{lead.pk}", lead=lead, facts=facts)
    return Notice.objects.get(user=consultant.user, key=f"{kind}:{lead.pk}")


def state_of(notice: Notice, channel: str) -> tuple[str, str]:
    """(state, error) of the notification by this channel."""
    row = Notification.objects.get(notice=notice, channel=channel)
    return row.state, row.error


def states_of(notice: Notice) -> dict[str, str]:
    return dict(Notification.objects.filter(notice=notice).values_list("channel", "state"))
