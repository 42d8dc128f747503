"""What goes wrong in a company's setup has a defined outcome, and a sentence in the ledger that says so."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client

from leads import clock
from leads.actors import SYSTEM
from leads.assignment_ledger import contradictions
from leads.decision_words import decision_in_words, facts_of
from leads.errors import InvalidError
from leads.models import Assignment, AssignmentRule, Consultant, Lead, User, WorkingHours
from leads.services import assigning, leaving, people
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)


def give(lead: Lead) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")


@pytest.fixture
def pair() -> list[Consultant]:
    return [make_consultant("ana"), make_consultant("bia")]


def works(consultant: Consultant, starts: int, ends: int) -> None:
    """Every day."""
    for weekday in range(1, 8):
        WorkingHours.objects.create(
            consultant=consultant, weekday=weekday, starts=time(starts), ends=time(ends)
        )


def test_empty_circle_leaves_the_lead_in_the_queue_and_says_so():
    make_circle()
    decision = give(make_lead())
    assert decision.outcome == "no_consultants_available"
    assert decision.reason == "Nobody in Everyone is available: the circle is empty"
    assert list(contradictions()) == []


def test_rule_that_matches_nothing_leaves_the_lead_in_the_queue_and_says_so(pair):
    make_circle(*pair, cities=["Recife"])
    decision = give(make_lead(city="Natal"))
    assert decision.reason == "No active assignment rule serves this lead"
    assert Lead.objects.awaiting_consultant().count() == 1


def test_rule_with_a_lowest_value_above_its_highest_is_refused():
    rule = AssignmentRule(name="None", min_value=Decimal(10), max_value=Decimal(9))
    with pytest.raises(ValidationError, match="would serve nobody"):
        rule.full_clean()


def test_rule_that_is_deleted_leaves_its_decisions_in_the_ledger(pair):
    rule = make_circle(*pair)
    decision, by_hand = give(make_lead()), make_lead()
    assigning.assign_by_hand(user=make_manager("marina"), lead_id=by_hand.pk, consultant_id=pair[0].pk)
    rule.delete()
    decision.refresh_from_db()
    assert (decision.rule, decision.reason) == (None, "Round robin: ana is next in Everyone")
    told = [decision_in_words(facts_of(one)) for one in Assignment.objects.order_by("pk")]
    assert told == ["Given to ana, next in “a rule that was deleted since”", "Given to ana by marina"]
    assert list(contradictions()) == []


def test_deactivated_user_is_passed_over_and_named(pair):
    make_circle(*pair)
    User.objects.filter(pk=pair[0].pk).update(is_active=False)
    decision = give(make_lead())
    assert decision.reason == "Round robin: bia is next in Everyone; ana is inactive"
    with pytest.raises(InvalidError):
        assigning.assign_by_hand(user=make_manager(), lead_id=decision.lead_id, consultant_id=pair[0].pk)


def test_deactivated_users_leads_go_to_colleagues_in_one_action_with_a_sentence_each(pair):
    make_circle(*pair)
    leads = [make_lead(consultant=pair[0]) for _ in range(3)]
    User.objects.filter(pk=pair[0].pk).update(is_active=False)

    assert leaving.redistribute(user=make_manager(), consultant=pair[0]) == (3, 0)

    decisions = Assignment.objects.filter(lead__in=leads)
    assert all(one.reason.startswith("ana left. Round robin: bia is next in Everyone") for one in decisions)
    assert {(one.trigger, one.previous_consultant) for one in decisions} == {("leaving", pair[0])}
    assert decision_in_words(facts_of(decisions[0])).startswith("ana left. Given to bia, next in “Everyone”")


def test_deleted_user_leaves_the_lead_without_a_consultant_and_the_ledger_its_words(pair):
    make_circle(*pair)
    lead = make_lead()
    decision = give(lead)
    User.objects.filter(pk=pair[0].pk).delete()
    lead.refresh_from_db()
    decision.refresh_from_db()
    assert (lead.consultant, decision.consultant) == (None, None)
    assert decision.reason == "Round robin: ana is next in Everyone"


def test_paused_consultant_keeps_open_leads_and_gets_no_new_ones(pair):
    make_circle(*pair)
    mine = make_lead()
    give(mine)
    people.set_accepting(pair[0].user, False)
    given = [give(make_lead()) for _ in range(2)]
    assert Lead.objects.get(pk=mine.pk).consultant == pair[0]
    assert [one.consultant for one in given] == [pair[1]] * 2
    assert given[1].reason == "Round robin: bia is next in Everyone; ana is not accepting"


def test_change_of_time_zone_counts_from_the_next_lead_on(pair):
    make_circle(*pair)
    works(pair[0], 9, 18)
    with clock.virtual(NOON):  # noon in São Paulo, four in the afternoon in Madrid, midnight in Tokyo
        assert give(make_lead()).consultant == pair[0]
        Consultant.objects.filter(pk=pair[0].pk).update(timezone="Asia/Tokyo")
        give(make_lead())
        decision = give(make_lead())
    assert decision.reason == "Round robin: bia is next in Everyone; ana is off hours"


def test_time_zone_that_does_not_exist_is_refused():
    with pytest.raises(ValidationError, match="is no time zone"):
        Consultant(user=make_consultant("carlos").user, timezone="Mars/Olympus").full_clean(exclude=["user"])


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        # 08:30 UTC is half past nine in winter and half past ten in summer, and so on.
        ("Europe/Madrid", "2026-03-28 07:30", "2026-03-29 07:30"),
        ("America/New_York", "2026-03-07 13:30", "2026-03-08 13:30"),
    ],
)
def test_night_the_clocks_go_forward_moves_the_start_of_work_with_them(pair, zone, before, after):
    Consultant.objects.filter(pk=pair[0].pk).update(timezone=zone)
    make_circle(pair[0])
    works(pair[0], 9, 18)
    with clock.virtual(datetime.fromisoformat(before).replace(tzinfo=UTC)):
        refused = give(make_lead())
    with clock.virtual(datetime.fromisoformat(after).replace(tzinfo=UTC)):
        given = give(make_lead())
    assert refused.reason == "Nobody in Everyone is available: ana is off hours"
    assert given.reason == "Round robin: ana is next in Everyone"


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(make_manager())
    return client


def act(desk: Client, action: str, leads: list[Lead], **over: object) -> str:
    chosen = {"action": action, "_selected_action": [str(lead.pk) for lead in leads], **over}
    return desk.post("/admin/leads/lead/", chosen, follow=True).content.decode()


def test_manager_gives_many_leads_to_one_consultant_at_once(desk, pair):
    leads = [make_lead(consultant=pair[0]) for _ in range(3)]
    html = act(desk, "give_to_the_chosen", leads, consultant=pair[1].pk)
    assert set(Lead.objects.values_list("consultant", flat=True)) == {pair[1].pk}
    assert html.count("Given to bia by") >= 3
    assert list(contradictions()) == []


def test_manager_who_chose_nobody_is_told_so_and_nothing_changes(desk, pair):
    lead = make_lead(consultant=pair[0])
    assert "Choose the consultant first" in act(desk, "give_to_the_chosen", [lead])
    assert Lead.objects.get(pk=lead.pk).consultant == pair[0]


def test_manager_asks_who_would_get_leads_and_nothing_moves(desk, pair):
    rule = make_circle(*pair)
    assert "Given to ana, next in “Everyone”" in act(desk, "who_would_get_it", [make_lead()])
    rule.refresh_from_db()
    assert (rule.pointer, Assignment.objects.count()) == (0, 0)
