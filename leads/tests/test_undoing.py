"""A move that is taken back a moment later leaves every wait as it was; one that things happened after does not."""

from datetime import UTC, datetime, timedelta

import pytest

from leads import clock
from leads.assignment_ledger import contradictions
from leads.models import Lead
from leads.services import activity, alerts, assigning, board, people
from leads.tests.makers import client_of, make_circle, make_consultant, make_manager
from leads.tests.timers import TIMED, after, given_lead

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
WAITS = ("reply_due_at", "reminded_at", "awaits_consultant_since", "alert_at")


@pytest.fixture
def time_is():
    with clock.virtual(NOON) as now:
        yield now


@pytest.fixture
def pair():
    return [make_consultant("ana"), make_consultant("bia")]


def waits_of(lead):
    lead.refresh_from_db()
    return [getattr(lead, name) for name in WAITS]


def there_and_back(user, lead, status, between=lambda: None):
    came_from = Lead.objects.get(pk=lead.pk).status_id
    board.move_lead(user=user, lead_id=lead.pk, status=status)
    between()
    board.move_lead(user=user, lead_id=lead.pk, status=came_from)


@pytest.mark.parametrize("status", ["lost", "won"])
def test_lead_closed_by_a_slip_is_chased_on_as_before(pair, time_is, status):
    make_circle(*pair, **TIMED)
    lead = given_lead()
    after(time_is, 10)
    before = waits_of(lead)

    manager = make_manager()
    there_and_back(manager, lead, status)

    assert "ended" not in client_of(manager).get(f"/api/leads/{lead.pk}/timeline/").content.decode()
    assert before[:2] == [NOON + timedelta(minutes=15), NOON + timedelta(minutes=10)]
    assert waits_of(lead) == before
    after(time_is, 5)
    lead.refresh_from_db()
    assert lead.consultant == pair[1]


@pytest.mark.parametrize("status", ["lost", "contacted"])
def test_consultant_who_takes_a_move_back_has_not_replied(pair, time_is, status):
    make_circle(*pair, **TIMED)
    lead = given_lead()
    there_and_back(pair[0].user, lead, status)
    assert waits_of(lead)[0] == NOON + timedelta(minutes=10)


def test_lead_of_the_queue_closed_by_a_slip_keeps_its_age_and_its_alert(pair, time_is):
    manager, lead = make_manager(), waiting_lead(pair)
    time_is.move_to(NOON + timedelta(minutes=12))

    there_and_back(manager, lead, "lost")

    assert waits_of(lead) == [None, None, NOON, NOON + timedelta(minutes=15)]
    time_is.move_to(NOON + timedelta(minutes=15))
    assert alerts.alert_managers() == 1
    there_and_back(manager, lead, "lost")
    assert waits_of(lead) == [None, None, NOON, None]
    assert list(contradictions()) == []


def waiting_lead(pair):
    make_circle(*pair)
    for one in pair:
        people.set_accepting(one.user, False)
    return given_lead()


def test_lead_opened_again_later_waits_from_then_on(pair, time_is):
    lead = waiting_lead(pair)
    there_and_back(make_manager(), lead, "lost", lambda: time_is.move_to(NOON + timedelta(minutes=6)))
    assert waits_of(lead)[2] == NOON + timedelta(minutes=6)


def test_lead_opened_again_in_another_column_is_no_move_taken_back(pair, time_is):
    make_circle(*pair, **TIMED)
    lead, manager = given_lead(), make_manager()
    for status in ("lost", "contacted"):
        board.move_lead(user=manager, lead_id=lead.pk, status=status)
    assert waits_of(lead) == [None] * 4


@pytest.mark.parametrize("what", ["replied", "replied and answered", "opted out", "spam", "given"])
def test_move_taken_back_after_something_happened_owes_no_reply(pair, time_is, what):
    make_circle(*pair, **TIMED)
    lead, manager = given_lead(), make_manager()

    def between():
        if what.startswith("replied"):
            activity.consultant_replied(lead_id=lead.pk, user=pair[0].user, text="Oi", at=clock.now())
            if what.endswith("answered"):
                activity.client_wrote(lead_id=lead.pk, text="Olá", at=clock.now())
        elif what == "opted out":
            activity.stop_waiting(lead_ids=[lead.pk])
        elif what == "spam":
            Lead.objects.filter(pk=lead.pk).update(is_spam=True)
        else:
            assigning.assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=pair[1].pk)

    there_and_back(manager, lead, "lost", between)

    assert waits_of(lead) == [None] * 4
