"""Pools: leads that consultants take themselves. Whoever clicks first has the lead."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from leads.actors import SYSTEM
from leads.assignment import pick_consultant
from leads.assignment_ledger import contradictions
from leads.errors import CrmError, NotAllowedError, NotFoundError
from leads.models import Assignment, AssignmentRule, Lead, LeadEvent, RuleMember, User
from leads.payload import LeadPayload
from leads.reasons import explain
from leads.services import assigning, board, people
from leads.services.intake import receive_lead
from leads.services.taking import NotTakingError, TakenError, take_lead
from leads.tests.locks import in_own_connection, wait_for_lock_waiters
from leads.tests.makers import client_of, make_circle, make_consultant, make_lead, make_manager, make_statuses

PERSONAL = ["Júlia Prado", "+5511987654321", "julia@client.example", "Meu filho estuda ali"]


def make_pool(*consultants, **over) -> AssignmentRule:
    return make_circle(*consultants, **{"name": "Walk-ins", "strategy": "pool"} | over)


def give(lead: Lead) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")


def pooled_lead(**over) -> Lead:
    lead = make_lead(**over)
    give(lead)
    return Lead.objects.get(pk=lead.pk)


def outcome_of(user: User, lead: Lead) -> str:
    """The name of whoever got the lead, or the code of the refusal."""
    try:
        return str(take_lead(user=user, lead_id=lead.pk).consultant)
    except CrmError as refusal:
        return refusal.code


@pytest.fixture
def ana(db):
    return make_consultant("ana")


@pytest.fixture
def bia(db):
    return make_consultant("bia")


def test_assign_lead_by_a_pool_leaves_it_to_be_taken_and_says_so(ana):
    rule = make_pool(ana)
    lead = make_lead()

    assignment = give(lead)

    assert (assignment.outcome, assignment.consultant, assignment.notice) == ("pooled", None, "pending")
    assert assignment.reason == "Waits in the pool Walk-ins until somebody takes it"
    lead.refresh_from_db()
    assert (lead.pool, lead.consultant, lead.awaits_consultant_since is None) == (rule, None, False)
    assert LeadEvent.objects.get(lead=lead, kind="assigned").data["outcome"] == "pooled"
    assert list(contradictions()) == []


def test_take_lead_gives_it_with_a_reason_and_counts_it_on_the_seat(ana, bia):
    rule = make_pool(ana, bia)
    lead = pooled_lead()

    assignment = take_lead(user=bia.user, lead_id=lead.pk)

    assert (assignment.consultant, assignment.rule, assignment.trigger) == (bia, rule, "taken")
    assert assignment.reason == "Taken from the pool Walk-ins by bia"
    assert (assignment.user, assignment.notice) == (bia.user, "none")
    lead.refresh_from_db()
    assert (lead.consultant, lead.pool, lead.awaits_consultant_since) == (bia, None, None)
    assert list(RuleMember.objects.values_list("consultant__user__username", "leads_given")) == [
        ("ana", 0),
        ("bia", 1),
    ]
    assert list(contradictions()) == []


def test_take_lead_again_by_the_same_consultant_gives_the_same_decision(ana):
    make_pool(ana)
    lead = pooled_lead()
    first = take_lead(user=ana.user, lead_id=lead.pk)
    assert take_lead(user=ana.user, lead_id=lead.pk) == first
    assert Assignment.objects.filter(lead=lead).count() == 2


def test_take_lead_too_late_says_who_was_faster(ana, bia):
    make_pool(ana, bia)
    lead = pooled_lead()
    take_lead(user=ana.user, lead_id=lead.pk)
    with pytest.raises(TakenError, match="ana was faster and has this lead"):
        take_lead(user=bia.user, lead_id=lead.pk)


def test_take_lead_outside_the_circle_finds_nothing(ana, bia):
    make_pool(ana)
    lead = pooled_lead()
    with pytest.raises(NotFoundError):
        take_lead(user=bia.user, lead_id=lead.pk)
    take_lead(user=ana.user, lead_id=lead.pk)
    with pytest.raises(NotFoundError):
        take_lead(user=bia.user, lead_id=lead.pk)


def test_take_lead_as_manager_without_a_seat_is_told_to_assign(ana):
    make_pool(ana)
    with pytest.raises(NotAllowedError):
        take_lead(user=make_manager(), lead_id=pooled_lead().pk)


def test_take_lead_while_not_accepting_is_refused_in_words(ana):
    make_pool(ana)
    lead = pooled_lead()
    people.set_accepting(ana.user, False)
    with pytest.raises(NotTakingError, match="You are not accepting leads"):
        take_lead(user=ana.user, lead_id=lead.pk)
    assert list(contradictions()) == []


def test_take_lead_beyond_the_capacity_is_refused_in_words(ana):
    ana.max_open_leads = 1
    ana.save()
    make_pool(ana)
    first, second = pooled_lead(), pooled_lead()
    take_lead(user=ana.user, lead_id=first.pk)
    with pytest.raises(NotTakingError, match="You may have 1 open lead"):
        take_lead(user=ana.user, lead_id=second.pk)
    board.move_lead(user=ana.user, lead_id=first.pk, status="won")
    assert take_lead(user=ana.user, lead_id=second.pk).consultant == ana
    assert list(contradictions()) == []


def test_take_lead_that_was_closed_meanwhile_is_refused(ana):
    make_pool(ana)
    lead = pooled_lead()
    board.move_lead(user=make_manager(), lead_id=lead.pk, status="lost")
    with pytest.raises(TakenError):
        take_lead(user=ana.user, lead_id=lead.pk)


@pytest.mark.django_db(transaction=True)
def test_take_lead_by_many_at_once_gives_it_to_exactly_one():
    consultants = [make_consultant() for _ in range(8)]
    make_pool(*consultants)
    lead = pooled_lead()

    with ThreadPoolExecutor(8) as pool:
        with transaction.atomic():
            Lead.objects.select_for_update().get(pk=lead.pk)
            takes = [
                pool.submit(in_own_connection, outcome_of, user=one.user, lead=lead) for one in consultants
            ]
            wait_for_lock_waiters(8)
        outcomes = sorted(take.result() for take in takes)

    lead.refresh_from_db()
    assert outcomes.count("taken") == 7
    assert set(outcomes) == {"taken", str(lead.consultant)}
    assert Assignment.objects.filter(lead=lead, outcome="assigned").count() == 1
    assert list(contradictions()) == []


@pytest.mark.django_db(transaction=True)
def test_take_two_leads_at_once_keeps_to_the_capacity():
    ana = make_consultant("ana", max_open_leads=1)
    rule = make_pool(ana)
    leads = [pooled_lead(), pooled_lead()]

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            AssignmentRule.objects.select_for_update().get(pk=rule.pk)
            takes = [pool.submit(in_own_connection, outcome_of, user=ana.user, lead=lead) for lead in leads]
            wait_for_lock_waiters(2)
        outcomes = sorted(take.result() for take in takes)

    assert outcomes == ["ana", "not_taking"]
    assert list(contradictions()) == []


def test_pool_without_anybody_falls_back_to_the_next_rule(ana):
    make_pool(fallback="next_rule")
    make_circle(ana, name="Everyone", position=1)
    assert give(make_lead()).consultant == ana


def test_pool_whose_circle_rests_keeps_the_lead_for_them(ana):
    make_pool(ana)
    people.set_accepting(ana.user, False)
    assert give(make_lead()).outcome == "pooled"


def test_pool_dry_run_says_where_the_lead_would_wait(ana):
    make_pool(ana)
    pick = pick_consultant(make_lead(), is_dry_run=True)
    assert explain(pick) == "Waits in the pool Walk-ins until somebody takes it"


def test_assign_waiting_leads_leaves_those_of_a_pool_to_be_taken(ana, bia):
    make_pool(ana)
    lead = pooled_lead()
    assert assigning.assign_waiting_leads() == 0
    assert Assignment.objects.filter(lead=lead).count() == 1


@pytest.mark.parametrize("change", [{"strategy": "round_robin"}, {"is_active": False}])
def test_assign_waiting_leads_gives_out_leads_whose_pool_was_closed(ana, bia, change):
    rule = make_pool(ana)
    lead = pooled_lead()
    make_circle(bia, name="Everyone", position=1)
    AssignmentRule.objects.filter(pk=rule.pk).update(**change)

    assert assigning.assign_waiting_leads() == 1

    lead.refresh_from_db()
    assert (lead.consultant is None, lead.pool) == (False, None)
    assert list(contradictions()) == []


def test_assign_waiting_leads_gives_out_leads_whose_pool_was_deleted(ana, bia):
    rule = make_pool(ana)
    lead = pooled_lead()
    make_circle(bia, name="Everyone", position=1)
    rule.delete()
    assert assigning.assign_waiting_leads() == 1
    lead.refresh_from_db()
    assert lead.consultant == bia


def test_assign_waiting_leads_puts_a_waiting_lead_into_a_new_pool(ana):
    lead = pooled_lead()
    assert lead.awaits_consultant_since is not None
    assert lead.pool is None
    rule = make_pool(ana)
    assert assigning.assign_waiting_leads() == 1
    lead.refresh_from_db()
    assert lead.pool == rule


def test_assign_by_hand_takes_a_lead_out_of_its_pool(ana, bia):
    make_pool(ana)
    lead = pooled_lead()
    assigning.assign_by_hand(user=make_manager(), lead_id=lead.pk, consultant_id=bia.pk)
    lead.refresh_from_db()
    assert (lead.consultant, lead.pool) == (bia, None)
    with pytest.raises(TakenError, match="bia"):
        take_lead(user=ana.user, lead_id=lead.pk)
    assert list(contradictions()) == []


def test_person_who_comes_again_stays_in_the_pool(ana):
    make_statuses()
    make_pool(ana)
    payload = LeadPayload(name="Júlia", phone="+5511987654321")
    lead = receive_lead(payload=payload, source=None, actor=SYSTEM).lead
    receive_lead(payload=payload, source=None, actor=SYSTEM)
    assert Assignment.objects.filter(lead=lead).count() == 1
    assert Lead.objects.get(pk=lead.pk).pool is not None


def test_contradictions_names_a_lead_in_the_wrong_pool(ana):
    make_pool(ana)
    lead = pooled_lead()
    Lead.objects.filter(pk=lead.pk).update(pool=None)
    assert len(list(contradictions())) == 1


def personal_lead() -> Lead:
    return pooled_lead(
        name=PERSONAL[0], phone=PERSONAL[1], email=PERSONAL[2], message=PERSONAL[3], product="Apartamento"
    )


def test_pool_api_shows_what_a_lead_is_about_and_not_who_it_is(ana):
    make_pool(ana)
    lead = personal_lead()

    answer = client_of(ana.user).get("/api/pool/")

    [row] = answer.json()["results"]
    assert (row["id"], row["product"], row["pool"]) == (str(lead.pk), "Apartamento", "Walk-ins")
    assert row["since"] is not None
    assert not any(secret in answer.content.decode() for secret in PERSONAL)


def test_pool_api_shows_each_circle_its_own_pool_and_managers_all(ana, bia):
    make_pool(ana)
    make_pool(bia, name="Other", position=-1, cities=["Recife"])
    mine, other = pooled_lead(), pooled_lead(city="Recife")

    def ids(user: User) -> set[str]:
        return {row["id"] for row in client_of(user).get("/api/pool/").json()["results"]}

    assert ids(ana.user) == {str(mine.pk)}
    assert ids(bia.user) == {str(other.pk)}
    assert ids(make_manager()) == {str(mine.pk), str(other.pk)}
    assert ids(make_consultant("carlos").user) == set()


def test_pool_api_pages_hottest_first(ana):
    make_pool(ana)
    leads = [pooled_lead(score=score) for score in (10, 90, 50, 90)]
    client = client_of(ana.user)

    seen, url = [], "/api/pool/?page_size=3"
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]

    assert seen == [str(leads[at].pk) for at in (1, 3, 2, 0)]
    assert client.get("/api/pool/?cursor=cD1ub25zZW5zZQ==").status_code == 400


def test_pooled_lead_is_no_lead_of_the_consultants_until_taken(ana):
    make_pool(ana)
    lead = personal_lead()
    client = client_of(ana.user)
    assert client.get(f"/api/leads/{lead.pk}/").status_code == 404
    taken = client.post(f"/api/leads/{lead.pk}/take/")
    assert (taken.status_code, taken.json()["consultant"]["username"]) == (200, "ana")
    assert client.get(f"/api/leads/{lead.pk}/").json()["phone"] == PERSONAL[1]


def test_take_api_refusals_have_their_status_and_words(ana, bia):
    make_pool(ana, bia)
    lead = personal_lead()
    client_of(ana.user).post(f"/api/leads/{lead.pk}/take/")

    late = client_of(bia.user).post(f"/api/leads/{lead.pk}/take/")

    assert (late.status_code, late.json()["code"]) == (409, "taken")
    assert late.json()["detail"] == "ana was faster and has this lead."
    assert not any(secret in late.content.decode() for secret in PERSONAL)
    stranger = client_of(make_consultant("carlos").user).post(f"/api/leads/{lead.pk}/take/")
    assert stranger.status_code == 404
    assert APIClient().post(f"/api/leads/{lead.pk}/take/").status_code in (401, 403)


@pytest.mark.parametrize("status", ["won", "lost"])
def test_lead_that_is_closed_leaves_its_pool_and_opened_again_is_back_in_it(ana, status):
    manager, rule = make_manager(), make_pool(ana)
    lead = pooled_lead()

    board.move_lead(user=manager, lead_id=lead.pk, status=status)
    lead.refresh_from_db()
    assert (lead.pool, lead.awaits_consultant_since) == (None, None)
    assert list(contradictions()) == []
    with pytest.raises(TakenError):
        take_lead(user=ana.user, lead_id=lead.pk)

    board.move_lead(user=manager, lead_id=lead.pk, status="new")
    lead.refresh_from_db()
    assert (lead.pool, lead.awaits_consultant_since is None) == (rule, False)
    assert list(contradictions()) == []
    assert take_lead(user=ana.user, lead_id=lead.pk).consultant == ana


def test_contradictions_names_a_closed_lead_that_still_stands_in_a_pool(ana):
    rule = make_pool(ana)
    lead = pooled_lead()
    board.move_lead(user=make_manager(), lead_id=lead.pk, status="won")
    Lead.objects.filter(pk=lead.pk).update(pool=rule)
    assert len(list(contradictions())) == 1
