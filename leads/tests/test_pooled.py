"""Leads of a pool are told to those who come back to it, once for each wait."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from leads import clock
from leads.actors import SYSTEM
from leads.models import Absence, Consultant, Lead, Notice
from leads.services import assigning, board, people, pooled
from leads.services.taking import take_lead
from leads.tasks import assign_waiting_leads
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Consultant:
    ana = make_consultant("ana")
    make_circle(ana, name="Walk-ins", strategy="pool")
    return ana


def pool_lead() -> Lead:
    lead = make_lead()
    with transaction.atomic():
        assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")
    return lead


def told() -> list[str]:
    return sorted(Notice.objects.filter(kind="pooled").values_list("user__username", flat=True))


def test_switch_that_goes_on_tells_of_what_waits_once(ana):
    people.set_accepting(ana.user, False)
    pool_lead()
    assert pooled.tell_takers() == 0

    people.set_accepting(ana.user, True)
    assign_waiting_leads()

    assert told() == ["ana"]
    assert pooled.tell_takers() == 0


def test_absence_that_ends_tells_of_what_waits(ana):
    now = timezone.now()
    away = Absence.objects.create(consultant=ana, starts_at=now, ends_at=now + timedelta(days=1))
    pool_lead()
    assert pooled.tell_takers() == 0

    away.delete()

    assert pooled.tell_takers() == 1
    assert told() == ["ana"]


def test_lead_that_opens_again_in_its_pool_is_told_again_once_and_after_a_slip_not(ana):
    lead, manager = pool_lead(), make_manager()
    assert pooled.tell_takers() == 1
    for minutes, is_told in [(1, 0), (6, 1)]:
        with clock.virtual(timezone.now()) as time_is:
            board.move_lead(user=manager, lead_id=lead.pk, status="lost")
            assert pooled.tell_takers() == 0
            time_is.move_to(time_is.moment + timedelta(minutes=minutes))
            board.move_lead(user=manager, lead_id=lead.pk, status="new")

            assert pooled.tell_takers() == is_told
            assert pooled.tell_takers() == 0
    assert told() == ["ana", "ana"]


def test_lead_that_somebody_took_is_told_to_nobody(ana):
    lead = pool_lead()
    take_lead(user=ana.user, lead_id=lead.pk)
    assert pooled.tell_takers() == 0


def test_whoever_comes_back_to_a_full_pool_hears_of_those_that_wait_longest(ana):
    leads = [pool_lead() for _ in range(pooled.TOLD_OF + 2)]

    assert pooled.tell_takers() == pooled.TOLD_OF
    assert pooled.tell_takers() == 0

    heard = set(Notice.objects.values_list("lead", flat=True))
    assert heard == {lead.pk for lead in leads[: pooled.TOLD_OF]}


def test_sweep_of_many_leads_and_people_asks_few_questions(ana, django_assert_max_num_queries):
    pool = ana.seats.get().rule
    for _ in range(5):
        pool.members.create(consultant=make_consultant(), position=9)
    for _ in range(10):
        pool_lead()
    assert pooled.tell_takers() == 60
    with django_assert_max_num_queries(5):
        assert pooled.tell_takers() == 0
