"""No first reply: a reminder, then the next consultant, at last the managers. Time stands still and is moved."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction

from leads import clock
from leads.assignment_ledger import contradictions
from leads.models import Assignment, AssignmentRule, Consultant, Lead, LeadEvent, Notice, User, WorkingHours
from leads.services import activity, assigning, board, leaving, people
from leads.services.reply_timers import act_on_due_replies
from leads.services.taking import take_lead
from leads.tests.locks import in_own_connection
from leads.tests.makers import make_circle, make_consultant, make_manager
from leads.tests.timers import NOON, TIMED, after, given_lead

pytestmark = pytest.mark.usefixtures("time_is")  # the people begin at noon, too


def notices_of(user: User) -> list[tuple[str, dict]]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", "facts"))


def test_rule_without_a_time_makes_no_reply_due(trio, time_is):
    make_circle(*trio)
    lead = given_lead()
    lead.refresh_from_db()
    assert lead.reply_due_at is None
    assert after(time_is, 10_000) == 0


def test_reply_due_at_is_in_the_consultants_working_hours(trio, time_is):
    WorkingHours.objects.create(consultant=trio[0], weekday=2, starts=time(9), ends=time(18))
    make_circle(trio[0], **TIMED)
    time_is.move_to(datetime(2026, 3, 10, 20, 55, tzinfo=UTC))  # five to six in São Paulo
    lead = given_lead()
    lead.refresh_from_db()
    assert lead.reply_due_at == datetime(2026, 3, 17, 12, 5, tzinfo=UTC)


def test_consultant_is_reminded_once_when_the_first_reply_is_late(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()

    assert after(time_is, 9) == 0
    assert after(time_is, 1) == 1
    assert act_on_due_replies() == 0

    assert notices_of(trio[0].user) == [("warned", {"minutes": 5})]
    assert LeadEvent.objects.get(lead=lead, kind="reminded").data == {"consultant": "ana", "minutes": 10}
    lead.refresh_from_db()
    assert (lead.consultant, lead.reply_due_at) == (trio[0], NOON + timedelta(minutes=15))


def test_lead_goes_on_to_the_next_and_both_are_told(trio, time_is):
    rule = make_circle(*trio, **TIMED)
    lead = given_lead()

    after(time_is, 10)
    assert after(time_is, 5) == 1

    lead.refresh_from_db()
    assert (lead.consultant, lead.reminded_at) == (trio[1], None)
    assert lead.reply_due_at == NOON + timedelta(minutes=25)
    decision = lead.assignments.first()
    assert (decision.trigger, decision.previous_consultant, decision.rule) == ("no_reply", trio[0], rule)
    assert decision.reason == "ana did not reply within 15 minutes. Round robin: bia is next in Everyone"
    assert decision.notice == "pending"
    assert notices_of(trio[0].user)[1:] == [("taken_away", {"to": "bia", "minutes": 15})]
    assert list(contradictions()) == []


def test_lead_that_nobody_answers_goes_to_the_managers_after_the_last_round(trio, time_is):
    manager = make_manager()
    make_circle(*trio, make_consultant("dora"), **TIMED)
    lead = given_lead()

    for _ in range(6):
        after(time_is, 10)
        after(time_is, 5)

    lead.refresh_from_db()
    assert (lead.consultant, lead.needs_manager, lead.reply_due_at) == (None, True, None)
    given = lead.assignments.order_by("pk").values_list("consultant__user__username", "outcome")
    assert list(given) == [
        ("ana", "assigned"),
        ("bia", "assigned"),
        ("carlos", "assigned"),
        (None, "escalated"),
    ]
    assert lead.assignments.first().reason == (
        "carlos did not reply within 15 minutes. For a manager to decide;"
        " ana did not reply in time; bia did not reply in time; carlos did not reply in time"
    )
    assert notices_of(manager) == [("alert", {"times": 3})]
    assert notices_of(trio[2].user)[-1] == ("taken_away", {"to": "", "minutes": 15})
    assert list(contradictions()) == []


def test_lead_goes_to_the_managers_when_nobody_else_is_available(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()
    people.set_accepting(trio[1].user, False)
    people.set_accepting(trio[2].user, False)

    after(time_is, 10)
    after(time_is, 5)

    lead.refresh_from_db()
    assert (lead.consultant, lead.needs_manager) == (None, True)
    assert lead.assignments.first().reason == (
        "ana did not reply within 15 minutes. For a manager to decide;"
        " bia is not accepting; carlos is not accepting; ana did not reply in time"
    )


def test_lead_of_the_managers_waits_for_them_alone(trio, time_is):
    make_circle(*trio, **TIMED | {"reply_rounds": 0})
    lead = given_lead()
    after(time_is, 10)
    after(time_is, 5)

    assert assigning.assign_waiting_leads() == 0
    assert Lead.objects.awaiting_consultant().get() == lead

    assigning.assign_by_hand(user=make_manager(), lead_id=lead.pk, consultant_id=trio[0].pk)
    lead.refresh_from_db()
    assert (lead.consultant, lead.needs_manager, lead.reply_due_at) == (trio[0], False, None)
    assert list(contradictions()) == []


def test_reply_ends_the_timer_for_good(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()

    activity.consultant_replied(lead_id=lead.pk, user=trio[0].user, text="Olá", at=clock.now())

    assert after(time_is, 60) == 0
    lead.refresh_from_db()
    assert (lead.consultant, lead.reply_due_at) == (trio[0], None)
    assert notices_of(trio[0].user) == []


def test_reply_after_the_reminder_keeps_the_lead(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()
    after(time_is, 10)
    activity.consultant_replied(lead_id=lead.pk, user=trio[0].user, text="Olá", at=clock.now())
    assert after(time_is, 60) == 0
    assert Lead.objects.get(pk=lead.pk).consultant == trio[0]


def test_card_moved_on_by_its_consultant_counts_as_a_reply(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()
    board.move_lead(user=trio[0].user, lead_id=lead.pk, status="contacted")
    assert after(time_is, 60) == 0


def test_card_moved_by_somebody_else_is_no_reply(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()
    board.move_lead(user=make_manager(), lead_id=lead.pk, status="contacted")
    assert after(time_is, 10) == 1
    assert notices_of(trio[0].user) == [("warned", {"minutes": 5})]


@pytest.mark.parametrize("end", ["won", "archived", "timer_off", "rule_deleted"])
def test_timer_of_a_lead_that_is_over_stops_without_a_word(trio, time_is, end):
    rule, manager = make_circle(*trio, **TIMED), make_manager()
    lead = given_lead()
    if end == "won":
        board.move_lead(user=manager, lead_id=lead.pk, status="won")
    elif end == "archived":
        board.archive_lead(user=manager, lead_id=lead.pk)
    elif end == "timer_off":
        AssignmentRule.objects.update(reply_minutes=None)
    else:
        rule.delete()

    assert after(time_is, 10) == (end != "won")  # which stopped it at once
    assert after(time_is, 60) == 0

    lead.refresh_from_db()
    assert (lead.consultant, lead.reply_due_at) == (trio[0], None)
    assert Notice.objects.count() == 0


def test_lead_given_by_hand_meanwhile_belongs_to_whoever_the_manager_said(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()
    after(time_is, 10)
    assigning.assign_by_hand(user=make_manager(), lead_id=lead.pk, consultant_id=trio[2].pk)
    assert after(time_is, 60) == 0
    assert Lead.objects.get(pk=lead.pk).consultant == trio[2]


def test_rounds_begin_anew_after_a_manager_put_the_lead_back_into_the_circle(trio, time_is):
    make_circle(*trio, **TIMED | {"reply_rounds": 1})
    lead = given_lead()
    for _ in range(2):
        after(time_is, 10)
        after(time_is, 5)
    assert Lead.objects.get(pk=lead.pk).needs_manager

    assigning.assign_by_hand(user=make_manager(), lead_id=lead.pk)
    after(time_is, 10)
    after(time_is, 5)

    lead.refresh_from_db()
    assert lead.consultant is not None
    assert lead.assignments.first().trigger == "no_reply"


def test_lead_taken_from_a_pool_goes_back_to_it(trio, time_is):
    make_circle(*trio, name="Walk-ins", strategy="pool", **TIMED)
    lead = given_lead()
    assert Lead.objects.get(pk=lead.pk).reply_due_at is None
    take_lead(user=trio[0].user, lead_id=lead.pk)

    after(time_is, 10)
    after(time_is, 5)

    lead.refresh_from_db()
    assert (lead.consultant, lead.pool.name) == (None, "Walk-ins")
    assert notices_of(trio[0].user)[-1] == ("taken_away", {"to": "Walk-ins", "minutes": 15})
    assert lead.assignments.first().reason.startswith(
        "ana did not reply within 15 minutes. Waits in the pool"
    )
    assert list(contradictions()) == []


def test_sweep_that_dies_before_its_commit_leaves_the_lead_due(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()
    with transaction.atomic():
        after(time_is, 10)
        transaction.set_rollback(True)
    assert Notice.objects.count() == 0
    assert act_on_due_replies() == 1
    assert notices_of(trio[0].user) == [("warned", {"minutes": 5})]
    assert Lead.objects.get(pk=lead.pk).reminded_at is not None


def test_work_that_was_late_gives_the_whole_grace(trio, time_is):
    make_circle(*trio, **TIMED)
    lead = given_lead()
    assert after(time_is, 300) == 1
    assert Lead.objects.get(pk=lead.pk).reply_due_at == NOON + timedelta(minutes=305)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_remind_once_and_pass_on_once():
    trio = [make_consultant(name) for name in ("ana", "bia", "carlos")]
    make_circle(*trio, **TIMED)
    leads = [given_lead() for _ in range(9)]

    def sweep(minutes: int) -> int:
        with clock.virtual(clock.now() + timedelta(minutes=minutes)):
            return in_own_connection(act_on_due_replies)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(sweep, [11] * 4)) == 9
        assert sum(pool.map(sweep, [17] * 4)) == 9

    assert Notice.objects.filter(kind="warned").count() == 9
    assert Notice.objects.filter(kind="taken_away").count() == 9
    assert Assignment.objects.filter(trigger="no_reply", lead__in=leads).count() == 9
    assert list(contradictions()) == []


def take_and_be_silent(time_is: clock.VirtualClock, lead: Lead, consultant: Consultant) -> None:
    take_lead(user=consultant.user, lead_id=lead.pk)
    after(time_is, 10)
    after(time_is, 5)


def test_lead_of_a_pool_that_is_taken_in_vain_too_often_goes_to_the_managers(trio, time_is):
    manager = make_manager()
    make_circle(*trio, strategy="pool", **TIMED)
    lead = given_lead()

    for consultant in (trio[0], trio[1]):
        take_and_be_silent(time_is, lead, consultant)
        lead.refresh_from_db()
        assert (lead.needs_manager, lead.pool is None) == (False, False)
    take_and_be_silent(time_is, lead, trio[0])

    lead.refresh_from_db()
    assert (lead.consultant, lead.pool, lead.needs_manager) == (None, None, True)
    assert notices_of(manager) == [("alert", {"times": 3})]
    assert [seat["consultant"] for seat in lead.assignments.first().passed_over] == ["ana", "bia"]
    assert list(contradictions()) == []


def test_rounds_of_a_pool_begin_anew_after_a_manager_put_the_lead_back_into_it(trio, time_is):
    make_circle(*trio, strategy="pool", **TIMED | {"reply_rounds": 1})
    lead = given_lead()
    take_and_be_silent(time_is, lead, trio[0])
    assigning.assign_by_hand(user=make_manager(), lead_id=lead.pk)
    take_and_be_silent(time_is, lead, trio[0])
    lead.refresh_from_db()
    assert (lead.needs_manager, lead.pool is None) == (False, False)
    take_and_be_silent(time_is, lead, trio[0])
    lead.refresh_from_db()
    assert lead.needs_manager


def test_lead_of_the_managers_that_is_lost_needs_none_and_needs_one_when_it_opens_again(trio, time_is):
    manager = make_manager()
    make_circle(*trio, **TIMED | {"reply_rounds": 0})
    lead = given_lead()
    after(time_is, 10)
    after(time_is, 5)

    board.move_lead(user=manager, lead_id=lead.pk, status="lost")
    lead.refresh_from_db()
    assert not lead.needs_manager
    assert list(contradictions()) == []

    board.move_lead(user=manager, lead_id=lead.pk, status="contacted")
    lead.refresh_from_db()
    assert (lead.needs_manager, lead.alert_at) == (True, None)
    assert assigning.assign_waiting_leads() == 0
    assert list(contradictions()) == []


@pytest.mark.parametrize(
    ("answered", "facts", "is_due"),
    [(True, {}, False), (False, {}, True), (True, {"waiting_since": NOON}, True)],
)
def test_leads_of_somebody_who_left_owe_a_first_reply_only_where_one_was_owed(
    trio, time_is, answered, facts, is_due
):
    make_circle(*trio, **TIMED)
    lead = given_lead()
    if answered:
        board.move_lead(user=trio[0].user, lead_id=lead.pk, status="contacted")
    Lead.objects.filter(pk=lead.pk).update(**facts)

    leaving.redistribute(user=make_manager(), consultant=trio[0])

    lead.refresh_from_db()
    assert lead.consultant == trio[1]
    assert (lead.reply_due_at is not None) is is_due


def test_lead_that_cannot_be_reckoned_with_holds_up_no_other(trio, time_is):
    """As after a time zone that Python no longer knows: no error of the database."""
    WorkingHours.objects.create(consultant=trio[0], weekday=2, starts=time(0), ends=time(23))
    make_circle(*trio, **TIMED)
    ailing, well = given_lead(), given_lead()
    Consultant.objects.filter(pk=trio[0].pk).update(timezone="Mars/Olympus")

    assert after(time_is, 10) == 1

    ailing.refresh_from_db()
    well.refresh_from_db()
    assert (ailing.reminded_at, well.reminded_at) == (None, clock.now())
    Consultant.objects.filter(pk=trio[0].pk).update(timezone="America/Sao_Paulo")
    assert act_on_due_replies() == 0
    assert after(time_is, 1) == 1
