"""What the stories of return timers share: a rule with times, a lead given by it, and time that passes."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from leads.actors import SYSTEM
from leads.clock import VirtualClock
from leads.models import Assignment, Lead
from leads.services import assigning
from leads.services.reply_timers import act_on_due_replies
from leads.tests.makers import make_lead

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
TIMED = {"reply_minutes": 10, "reply_grace_minutes": 5, "reply_rounds": 2}


def give(lead: Lead) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")


def given_lead(**over) -> Lead:
    lead = make_lead(**over)
    give(lead)
    return lead


def after(time_is: VirtualClock, minutes: int) -> int:
    """How many leads were acted on when so many minutes have passed."""
    time_is.move_to(time_is.moment + timedelta(minutes=minutes))
    return act_on_due_replies()
