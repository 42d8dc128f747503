"""The numbers of the overview, against rows counted by hand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import reports
from leads.models import Assignment, Consultant, Lead, User
from leads.reports import Period
from leads.services.leaving import redistribute
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db
WEEK = Period(7)


def aged(lead: Lead, days: float) -> Lead:
    Lead.objects.filter(pk=lead.pk).update(created_at=timezone.now() - timedelta(days=days))
    return lead


def answered_after(minutes: int, **facts: object) -> Lead:
    at = timezone.now() - timedelta(hours=5)
    return make_lead(assigned_at=at, first_response_at=at + timedelta(minutes=minutes), **facts)


def test_totals_compare_with_the_period_before() -> None:
    for days in (1, 2, 8, 9, 10, 20):
        aged(make_lead(), days)
    make_lead(is_spam=True)

    totals = reports.totals(WEEK)

    assert (totals["came"], totals["came_before"]) == (2, 3)


def test_totals_say_who_waits_longest_and_leave_closed_leads_out() -> None:
    oldest = timezone.now() - timedelta(hours=3)
    make_lead(waiting_since=oldest)
    make_lead(waiting_since=timezone.now())
    make_lead(waiting_since=oldest - timedelta(days=1), status_id="won")

    totals = reports.totals(WEEK)

    assert (totals["waiting"], totals["waiting_since"]) == (2, oldest)


def test_totals_take_the_median_of_first_answers() -> None:
    for minutes in (1, 3, 50):
        answered_after(minutes)
    make_lead()

    assert reports.totals(WEEK)["first_response"] == timedelta(minutes=3)


def test_totals_without_leads_are_zero_and_unknown() -> None:
    totals = reports.totals(WEEK)

    assert (totals["came"], totals["waiting"], totals["won"], totals["first_response"]) == (0, 0, 0, None)


def test_won_counts_by_the_day_it_was_closed() -> None:
    aged(make_lead(status_id="won", closed_at=timezone.now()), 30)
    make_lead(status_id="won", closed_at=timezone.now() - timedelta(days=8))

    assert reports.totals(WEEK)["won"] == 1


def test_by_status_has_every_status_and_shares() -> None:
    for status in ("new", "new", "new", "won"):
        make_lead(status_id=status)

    rows = {row["slug"]: (row["count"], row["percent"]) for row in reports.by_status(WEEK)}

    assert rows == {"new": (3, 75), "contacted": (0, 0), "won": (1, 25), "lost": (0, 0)}


def test_by_source_orders_by_leads_and_knows_what_was_won() -> None:
    make_lead()
    make_lead(status_id="won")

    assert reports.by_source(WEEK) == [
        {"slug": None, "name": None, "count": 2, "won": 1, "percent_won": 50, "percent": 100}
    ]


def test_by_consultant_counts_what_each_carries() -> None:
    ana, bia = make_consultant("ana"), make_consultant("bia")
    answered_after(4, consultant=ana)
    make_lead(consultant=ana, waiting_since=timezone.now())
    make_lead(consultant=ana, status_id="won", closed_at=timezone.now())
    make_lead(consultant=ana, archived_at=timezone.now())
    given(ana)

    rows = {row["consultant"]: row for row in reports.by_consultant(WEEK)}

    assert {name: rows[ana][name] for name in ("open", "waiting", "given", "won")} == {
        "open": 2,
        "waiting": 1,
        "given": 1,
        "won": 1,
    }
    assert rows[ana]["first_response"] == timedelta(minutes=4)
    assert (rows[bia]["open"], rows[bia]["first_response"]) == (0, None)


def test_by_consultant_shows_whoever_was_deactivated_as_long_as_they_have_open_leads() -> None:
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_lead(consultant=ana)
    make_lead(consultant=bia, status_id="won", closed_at=timezone.now())
    User.objects.update(is_active=False)

    assert [(row["consultant"], row["open"]) for row in reports.by_consultant(WEEK)] == [(ana, 1)]


def given(to: Consultant, *, days_ago: float = 0, **facts: object) -> None:
    """A decision of the ledger, of a lead that somebody else has by now."""
    facts = {"outcome": "assigned", "trigger": "arrival", "reason": "Next"} | facts
    decision = Assignment.objects.create(lead=make_lead(consultant=make_consultant()), consultant=to, **facts)
    at = timezone.now() - timedelta(days=days_ago)
    Assignment.objects.filter(pk=decision.pk).update(created_at=at)


def test_by_consultant_counts_what_was_given_to_each_whoever_has_it_now() -> None:
    ana = make_consultant("ana")
    for trigger in ("arrival", "manual", "taken"):
        given(ana, trigger=trigger)
    given(ana, outcome="kept")
    given(ana, days_ago=8)
    make_lead(consultant=ana, assigned_at=timezone.now())

    rows = {row["consultant"]: row["given"] for row in reports.by_consultant(WEEK)}

    assert rows[ana] == 3
    assert sum(rows.values()) == 3


def test_response_days_have_the_median_and_the_slow_end() -> None:
    for minutes in (10, 20, 30):
        answered_after(minutes)

    days = reports.response_days(WEEK)

    assert [day["count"] for day in days] == [3]
    assert days[0]["median"] == timedelta(minutes=20)
    assert timedelta(minutes=20) < days[0]["slow"] <= timedelta(minutes=30)


def test_first_answers_stay_as_they_were_when_the_leads_of_a_leaver_go_to_colleagues() -> None:
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_circle(ana, bia)
    at = timezone.now() - timedelta(hours=5)
    for minutes in (10, 30):
        lead = make_lead(consultant=ana, assigned_at=at, first_response_at=at + timedelta(minutes=minutes))
        given = Assignment.objects.create(lead=lead, consultant=ana, outcome="assigned", trigger="arrival")
        Assignment.objects.filter(pk=given.pk).update(created_at=at)
    before = reports.response_days(WEEK), reports.totals(WEEK)["first_response"], first_responses()

    redistribute(user=make_manager(), consultant=ana)

    assert set(Lead.objects.values_list("consultant", flat=True)) == {bia.pk}
    assert before[2][ana] == timedelta(minutes=20)
    assert (
        reports.response_days(WEEK),
        reports.totals(WEEK)["first_response"],
        first_responses(),
    ) == before


def first_responses() -> dict[Consultant, timedelta | None]:
    return {row["consultant"]: row["first_response"] for row in reports.by_consultant(WEEK)}


def test_unassigned_queue_knows_why_nobody_took_the_lead() -> None:
    lead = make_lead(awaits_consultant_since=timezone.now())
    refused = Assignment.objects.create(
        lead=lead,
        outcome=Assignment.Outcome.NO_CONSULTANTS,
        trigger=Assignment.Trigger.ARRIVAL,
        reason="Nobody",
        passed_over=[{"consultant": "Ana", "why": "full"}],
    )

    queue = reports.unassigned_queue()

    assert queue == [(lead, refused)]
