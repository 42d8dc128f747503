"""Clients who asked for no messages: no first reply is awaited that could not be sent. Time stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from leads import clock
from leads.actors import SYSTEM
from leads.decision_words import decision_in_words
from leads.models import Assignment, Consultant, Lead, LeadEvent
from leads.services import activity, assigning
from leads.services.reply_timers import act_on_due_replies
from leads.tests.makers import make_circle, make_consultant, make_lead

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
TIMED = {"reply_minutes": 10, "reply_grace_minutes": 5, "reply_rounds": 2}


@pytest.fixture
def time_is(db) -> Iterator[clock.VirtualClock]:
    with clock.virtual(NOON) as virtual:
        yield virtual


@pytest.fixture
def trio(time_is) -> list[Consultant]:
    return [make_consultant(name) for name in ("ana", "bia", "carlos")]


def give(lead: Lead) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")


def given_lead(**over) -> Lead:
    lead = make_lead(**over)
    give(lead)
    return lead


def after(time_is: clock.VirtualClock, minutes: int) -> int:
    time_is.move_to(time_is.moment + timedelta(minutes=minutes))
    return act_on_due_replies()


def test_client_who_wants_no_messages_any_more_ends_the_timer(trio, time_is):
    make_circle(*trio, **TIMED)
    waiting, reminded = given_lead(waiting_since=NOON), given_lead()
    after(time_is, 10)

    activity.stop_waiting(lead_ids=[waiting.pk, reminded.pk])

    assert after(time_is, 60) == 0
    for lead in (waiting, reminded):
        lead.refresh_from_db()
        assert (lead.waiting_since, lead.reply_due_at, lead.reminded_at) == (None, None, None)
    assert not Assignment.objects.filter(trigger="no_reply").exists()


def test_lead_of_a_client_who_wants_no_messages_is_given_without_a_timer_and_the_ledger_says_so(
    trio, time_is
):
    rule = make_circle(*trio, **TIMED)
    lead = make_lead()
    activity.stop_waiting(lead_ids=[lead.pk])
    lead.refresh_from_db()

    decision = give(lead)

    assert (decision.consultant, decision.rule) == (trio[0], rule)
    assert decision.reason == (
        "Round robin: ana is next in Everyone; no first reply is awaited, for the client asked for no messages"
    )
    told = decision_in_words(LeadEvent.objects.get(lead=lead, kind="assigned").data)
    assert told.endswith("No first reply is awaited: the client asked for no messages")
    assert after(time_is, 600) == 0
    assert Lead.objects.get(pk=lead.pk).consultant == trio[0]


def test_client_who_agreed_again_is_awaited_from_the_next_assignment_on(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = make_lead()
    activity.stop_waiting(lead_ids=[lead.pk])
    activity.may_be_written_to(lead_ids=[lead.pk])
    lead.refresh_from_db()
    assert "no first reply" not in give(lead).reason
    assert after(time_is, 10) == 1


def test_rule_without_a_timer_says_nothing_of_replies_to_a_client_who_wants_none(trio, time_is):
    make_circle(*trio)
    lead = make_lead(opted_out_at=NOON)
    assert give(lead).reason == "Round robin: ana is next in Everyone"
