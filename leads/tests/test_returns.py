"""Somebody whose lead was closed comes back: to whoever had them, where the rule says so."""

from datetime import UTC, datetime, timedelta

import pytest

from leads import clock
from leads.actors import SYSTEM
from leads.assignment_ledger import contradictions
from leads.models import Absence, Assignment, AssignmentRule, Consultant, Lead, User
from leads.payload import LeadPayload
from leads.services.intake import receive_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_statuses

PERSON = LeadPayload(name="Júlia Prado", phone="+5511987654321")


@pytest.fixture
def pair(db) -> list[Consultant]:
    make_statuses()
    return [make_consultant("ana"), make_consultant("bia")]


def come(**over) -> Lead:
    lead = receive_lead(payload=PERSON, source=None, actor=SYSTEM, **over).lead
    return Lead.objects.get(pk=lead.pk)


def close(lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(status_id="lost", closed_at=clock.now())


def test_closed_lead_that_comes_back_stays_with_its_consultant_and_says_so(pair):
    rule = make_circle(*pair)
    lead = come()
    close(lead)

    back = come()

    assert (back, back.consultant, back.status_id) == (lead, pair[0], "new")
    decision = back.assignments.first()
    assert (decision.outcome, decision.rule, decision.notice) == ("kept", rule, "pending")
    assert decision.reason == "Stays with ana, who had this person before"
    assert decision.previous_consultant is None
    rule.refresh_from_db()
    assert (rule.pointer, rule.decisions) == (1, 1)
    assert list(contradictions()) == []


def test_rule_that_does_not_return_to_the_owner_turns_its_circle(pair):
    make_circle(*pair, returns_to_owner=False)
    close(come())
    back = come()
    assert (back.consultant, back.assignments.first().outcome) == (pair[1], "assigned")
    assert list(contradictions()) == []


def test_open_lead_that_comes_back_is_left_where_it_is(pair):
    make_circle(*pair, returns_to_owner=False)
    come()
    assert come().consultant == pair[0]
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"is_accepting_leads": False}, "is not accepting"),
        ({"max_open_leads": 1}, "is full"),
    ],
)
def test_owner_who_cannot_go_on_is_passed_over_with_the_reason(pair, change, why):
    make_circle(*pair)
    close(come())
    make_lead(consultant=pair[0])
    Consultant.objects.filter(pk=pair[0].pk).update(**change)

    back = come()

    assert back.consultant == pair[1]
    assert back.assignments.first().reason == (
        f"ana, who had this person before, {why}. Round robin: bia is next in Everyone"
    )


def test_owner_at_the_capacity_of_one_keeps_the_very_lead_that_comes_back(pair):
    Consultant.objects.filter(pk=pair[0].pk).update(max_open_leads=1)
    make_circle(*pair)
    close(come())
    assert come().consultant == pair[0]


def test_owner_who_was_deactivated_is_passed_over(pair):
    make_circle(*pair)
    close(come())
    pair[0].user.is_active = False
    pair[0].user.save()
    assert come().consultant == pair[1]


def test_open_lead_of_somebody_deactivated_goes_to_a_colleague_when_its_person_comes_again(pair):
    make_circle(*pair)
    come()
    User.objects.filter(pk=pair[0].pk).update(is_active=False)
    assert come().consultant == pair[1]
    decision = Assignment.objects.first()
    assert (
        decision.reason
        == "ana, who had this person before, is inactive. Round robin: bia is next in Everyone"
    )
    assert come().consultant == pair[1]
    assert Assignment.objects.count() == 2
    assert list(contradictions()) == []


def test_owner_on_leave_is_passed_over_and_one_after_hours_is_not(pair):
    make_circle(*pair)
    noon = datetime(2026, 3, 10, 15, tzinfo=UTC)
    with clock.virtual(noon):
        close(come())
        Absence.objects.create(consultant=pair[0], starts_at=noon, ends_at=noon + timedelta(days=7))
        back = come()
    assert back.consultant == pair[1]
    assert back.assignments.first().reason.startswith("ana, who had this person before, is absent.")


def test_owner_without_any_rule_keeps_the_person(pair):
    make_circle(*pair)
    close(come())
    AssignmentRule.objects.update(is_active=False)
    assert come().consultant == pair[0]


def test_reply_timer_runs_for_whoever_keeps_a_person(pair):
    make_circle(*pair, reply_minutes=10)
    close(come())
    Lead.objects.update(reply_due_at=None)
    assert come().reply_due_at is not None
