"""Moving cards, notes, edits and archiving, as people do it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from leads import clock, positions
from leads.actors import SYSTEM
from leads.assignment_ledger import contradictions
from leads.errors import ConflictError, InvalidError, NotAllowedError
from leads.models import Lead, LeadEvent, Status
from leads.payload import LeadPayload
from leads.services import assigning, board, editing, people
from leads.services.intake import receive_lead
from leads.tests.locks import in_own_connection, wait_for_lock_waiters
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager, make_statuses


@pytest.fixture
def ana(db):
    return make_consultant("ana")


def column(status: str) -> list[str]:
    return list(
        Lead.objects.filter(status_id=status).order_by("position", "id").values_list("name", flat=True)
    )


def test_move_lead_to_another_status_writes_history_and_version(ana):
    lead = make_lead(consultant=ana)
    moved = board.move_lead(user=ana.user, lead_id=lead.pk, status="contacted", expected_status="new")
    assert (moved.status_id, moved.version) == ("contacted", 2)
    event = LeadEvent.objects.get(lead=lead)
    assert (event.kind, event.user, event.data) == (
        "moved",
        ana.user,
        {"came_from": "new", "to": "contacted"},
    )


def test_move_lead_from_an_old_board_tells_the_truth(ana):
    lead = make_lead(consultant=ana, status_id="contacted")
    with pytest.raises(ConflictError) as refusal:
        board.move_lead(user=ana.user, lead_id=lead.pk, status="won", expected_status="new")
    assert refusal.value.current.status_id == "contacted"


def test_move_lead_to_an_unknown_status_is_refused(ana):
    lead = make_lead(consultant=ana)
    with pytest.raises(InvalidError):
        board.move_lead(user=ana.user, lead_id=lead.pk, status="nowhere")


def test_move_lead_of_a_colleague_is_not_allowed(ana):
    lead = make_lead(consultant=make_consultant("bia"))
    with pytest.raises(NotAllowedError):
        board.move_lead(user=ana.user, lead_id=lead.pk, status="won")


def test_move_lead_to_won_closes_and_back_opens_it(ana):
    lead = make_lead(consultant=ana)
    assert board.move_lead(user=ana.user, lead_id=lead.pk, status="won").closed_at is not None
    assert board.move_lead(user=ana.user, lead_id=lead.pk, status="new").closed_at is None


def waiting_lead(consultant, **circle) -> Lead:
    """Nobody takes leads now."""
    make_statuses()
    make_circle(consultant, **circle)
    people.set_accepting(consultant.user, False)
    payload = LeadPayload(name="Rita", phone="+5511987654321")
    return receive_lead(payload=payload, source=None, actor=SYSTEM).lead


def test_move_lead_that_waits_in_the_queue_to_lost_is_given_to_nobody(ana):
    lead = waiting_lead(ana)
    board.move_lead(user=make_manager(), lead_id=lead.pk, status="lost")
    people.set_accepting(ana.user, True)

    assert assigning.assign_waiting_leads() == 0
    lead.refresh_from_db()
    assert (lead.status_id, lead.consultant, lead.awaits_consultant_since) == ("lost", None, None)
    assert list(contradictions()) == []


def test_closed_lead_that_still_has_a_queue_time_is_given_to_nobody(ana):
    lead = waiting_lead(ana)
    Lead.objects.update(status_id="lost")
    people.set_accepting(ana.user, True)

    assert assigning.assign_waiting_leads() == 0
    assert not Lead.objects.awaiting_consultant().filter(pk=lead.pk).exists()


def test_move_lead_to_won_owes_neither_reply_nor_alert(ana):
    waiting = waiting_lead(ana)
    answered = make_lead(consultant=ana, reply_due_at=clock.now(), reminded_at=clock.now())
    for lead in (waiting, answered):
        moved = board.move_lead(user=make_manager(), lead_id=lead.pk, status="won")
        moved.refresh_from_db()
        assert (moved.alert_at, moved.reply_due_at, moved.reminded_at) == (None, None, None)


def test_move_lead_back_to_open_without_a_consultant_waits_in_the_queue_again(ana):
    manager, lead = make_manager(), waiting_lead(ana, alert_minutes=7)
    board.move_lead(user=manager, lead_id=lead.pk, status="lost")
    board.move_lead(user=manager, lead_id=lead.pk, status="contacted")

    lead.refresh_from_db()
    assert lead.alert_at - lead.awaits_consultant_since < timedelta(minutes=7, seconds=1)
    people.set_accepting(ana.user, True)
    assigning.assign_waiting_leads()
    lead.refresh_from_db()
    assert (lead.consultant, lead.status_id) == (ana, "contacted")


def test_move_lead_of_a_pool_back_to_open_waits_in_its_pool_again(ana):
    manager, lead = make_manager(), waiting_lead(ana, strategy="pool")
    board.move_lead(user=manager, lead_id=lead.pk, status="lost")
    assert not Lead.objects.takeable_by(ana.user).exists()
    board.move_lead(user=manager, lead_id=lead.pk, status="new")

    assert Lead.objects.takeable_by(ana.user).get().awaits_consultant_since is not None
    assert list(contradictions()) == []


def test_move_lead_of_spam_back_to_open_waits_for_nobody(ana):
    lead = make_lead(is_spam=True, status_id="lost", closed_at=clock.now())
    moved = board.move_lead(user=make_manager(), lead_id=lead.pk, status="new")
    assert moved.awaits_consultant_since is None


@pytest.mark.django_db(transaction=True)
def test_queue_that_is_locked_leaves_its_column_free():
    lead = waiting_lead(make_consultant("ana"))
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert Lead.objects.awaiting_consultant().select_for_update().get() == lead
        assert len(pool.submit(in_own_connection, lock_statuses).result()) == Status.objects.count()


def lock_statuses() -> list[Status]:
    with transaction.atomic():
        return list(Status.objects.select_for_update(nowait=True))


def test_move_lead_between_neighbours_lands_there(ana):
    cards = {name: make_lead(name=name, consultant=ana) for name in ("c", "b", "a")}
    assert column("new") == ["a", "b", "c"]
    board.move_lead(user=ana.user, lead_id=cards["c"].pk, status="new", after=cards["a"].pk)
    assert column("new") == ["a", "c", "b"]
    board.move_lead(user=ana.user, lead_id=cards["b"].pk, status="new", before=cards["a"].pk)
    assert column("new") == ["b", "a", "c"]


def test_move_lead_without_neighbours_lands_on_top(ana):
    for name in ("b", "a"):
        make_lead(name=name, consultant=ana, status_id="contacted")
    lead = make_lead(name="x", consultant=ana)
    board.move_lead(user=ana.user, lead_id=lead.pk, status="contacted")
    assert column("contacted") == ["x", "a", "b"]


def test_move_lead_where_no_room_is_left_spreads_the_column(ana):
    for position, name in enumerate(("a", "b", "c"), start=1):
        make_lead(name=name, consultant=ana, position=position)
    lead = make_lead(name="x", consultant=ana, status_id="contacted")
    after = Lead.objects.get(name="a")
    board.move_lead(user=ana.user, lead_id=lead.pk, status="new", after=after.pk)
    assert column("new") == ["a", "x", "b", "c"]


def test_move_lead_next_to_a_neighbour_that_left_lands_on_top(ana):
    make_lead(name="a", consultant=ana)
    gone = make_lead(name="gone", consultant=ana, status_id="won")
    lead = make_lead(name="x", consultant=ana, status_id="contacted")
    board.move_lead(user=ana.user, lead_id=lead.pk, status="new", after=gone.pk)
    assert column("new") == ["x", "a"]


@pytest.mark.django_db(transaction=True)
def test_move_lead_by_two_at_once_lets_one_win():
    ana = make_consultant("ana")
    lead = make_lead(consultant=ana)

    def move(status: str) -> str:
        try:
            board.move_lead(user=ana.user, lead_id=lead.pk, status=status, expected_status="new")
        except ConflictError:
            return "conflict"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, ["contacted", "won"])) == ["conflict", "moved"]


def test_add_note_without_words_is_refused(ana):
    lead = make_lead(consultant=ana)
    with pytest.raises(InvalidError):
        board.add_note(user=ana.user, lead_id=lead.pk, text=" \x00 ")


def test_archive_lead_as_consultant_is_refused(ana):
    lead = make_lead(consultant=ana)
    with pytest.raises(NotAllowedError):
        board.archive_lead(user=ana.user, lead_id=lead.pk)


def test_archive_lead_takes_it_off_the_board(ana):
    lead = make_lead(consultant=ana)
    board.archive_lead(user=make_manager(), lead_id=lead.pk)
    assert not Lead.objects.on_board().filter(pk=lead.pk).exists()


def test_edit_lead_remembers_before_and_after(ana):
    lead = make_lead(name="Jo", consultant=ana)
    editing.edit_lead(user=ana.user, lead_id=lead.pk, changes={"name": "João", "city": "Natal"})
    event = LeadEvent.objects.get(lead=lead)
    assert event.data == {"changes": {"name": ["Jo", "João"], "city": ["", "Natal"]}}


def test_edit_lead_with_a_phone_of_somebody_else_conflicts(ana):
    one, other = make_lead(consultant=ana), make_lead(consultant=ana)
    editing.edit_lead(user=ana.user, lead_id=one.pk, changes={"phone": "(11) 98765-4321"})
    with pytest.raises(ConflictError):
        editing.edit_lead(user=ana.user, lead_id=other.pk, changes={"phone": "+55 11 98765 4321"})


def test_edit_lead_with_what_is_no_phone_is_refused(ana):
    lead = make_lead(consultant=ana)
    with pytest.raises(InvalidError) as refusal:
        editing.edit_lead(user=ana.user, lead_id=lead.pk, changes={"phone": "soon"})
    assert "phone" in refusal.value.fields


def test_edit_lead_of_a_field_that_is_not_theirs_is_refused(ana):
    lead = make_lead(consultant=ana)
    with pytest.raises(InvalidError):
        editing.edit_lead(user=ana.user, lead_id=lead.pk, changes={"score": 100})


@pytest.mark.django_db(transaction=True)
def test_renumber_locks_the_column_in_one_order_for_everybody():
    last = make_lead(id=UUID(int=2), position=1)
    first = make_lead(id=UUID(int=1), position=2)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Lead.objects.select_for_update().get(pk=first.pk)
            renumbering = pool.submit(in_own_connection, positions._renumber, status_slug="new")
            wait_for_lock_waiters(1)
            Lead.objects.select_for_update(nowait=True).get(pk=last.pk)
        renumbering.result()

    assert list(Lead.objects.order_by("position")) == [last, first]
