"""Clients who asked for no messages: no first reply is awaited that could not be sent. Time stands still."""

import pytest

from leads.decision_words import decision_in_words
from leads.models import Assignment, Lead, LeadEvent
from leads.services import activity
from leads.tests.makers import make_circle, make_lead
from leads.tests.timers import NOON, TIMED, after, give, given_lead

pytestmark = pytest.mark.usefixtures("time_is")  # the people begin at noon, too


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
