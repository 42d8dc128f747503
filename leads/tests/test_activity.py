"""Who waits since when, and how fast the first answer came."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.services import activity
from leads.tests.makers import make_consultant, make_lead

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def ana(db):
    return make_consultant("ana")


def test_client_wrote_twice_waits_since_the_first(ana):
    lead = make_lead(consultant=ana)
    activity.client_wrote(lead_id=lead.pk, text="oi", at=NOON)
    activity.client_wrote(lead_id=lead.pk, text="alguém?", at=NOON + timedelta(minutes=5))
    lead.refresh_from_db()
    assert (lead.waiting_since, lead.unread_count, lead.last_message) == (NOON, 2, "alguém?")
    assert lead.version == 3


def test_consultant_replied_ends_the_wait_and_is_timed_once(ana):
    lead = make_lead(consultant=ana, assigned_at=NOON)
    activity.client_wrote(lead_id=lead.pk, text="oi", at=NOON)
    for minutes in (2, 50):
        at = NOON + timedelta(minutes=minutes)
        activity.consultant_replied(lead_id=lead.pk, user=ana.user, text="olá", at=at)
    lead.refresh_from_db()
    ana.refresh_from_db()
    assert (lead.waiting_since, lead.unread_count) == (None, 0)
    assert lead.first_response_at == NOON + timedelta(minutes=2)
    assert ana.typical_response_seconds == 120


def test_consultant_replied_faster_than_usual_moves_the_average(ana):
    ana.typical_response_seconds = 600
    ana.save()
    lead = make_lead(consultant=ana, assigned_at=NOON)
    activity.consultant_replied(lead_id=lead.pk, user=ana.user, text="olá", at=NOON + timedelta(minutes=5))
    ana.refresh_from_db()
    assert ana.typical_response_seconds == 540


def test_handed_over_makes_the_client_wait_for_a_person(ana):
    lead = make_lead(consultant=ana)
    activity.handed_over(lead_id=lead.pk, at=NOON)
    lead.refresh_from_db()
    assert lead.waiting_since == NOON
