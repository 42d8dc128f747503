"""Changes after a cursor: with them, an old board becomes the new one."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from kanban import board as board_module
from kanban.board import load_board
from kanban.changes import LIMIT, changes_since
from kanban.cursor import read_cursor, read_head
from kanban.tests.settling import wait_until_settled
from leads.api.filters import LeadFilters
from leads.errors import CrmError
from leads.models import Consultant, Lead
from leads.services.assigning import assign_by_hand
from leads.services.board import archive_lead, mark_read, move_lead
from leads.services.editing import edit_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db(transaction=True)
STATUSES = ["new", "contacted", "won", "lost"]


@pytest.fixture
def manager():
    return make_manager()


def cards_by_id(board) -> dict[str, dict]:
    return {card["id"]: card for column in board["columns"] for card in column["cards"]}


def applied(cards: dict[str, dict], changes: dict) -> dict[str, dict]:
    """What a browser does with the changes."""
    fresh = cards | {card["id"]: card for card in changes["leads"]}
    return {lead_id: card for lead_id, card in fresh.items() if lead_id not in changes["removed"]}


def test_changes_of_a_quiet_board_are_empty(manager):
    make_lead()
    wait_until_settled()
    seq = load_board(manager)["seq"]
    changes = changes_since(manager, seq)
    assert changes == {"seq": changes["seq"], "leads": [], "removed": []}
    assert read_head() <= seq <= changes["seq"]


def test_changes_tell_each_kind_of_change_once(manager):
    moved, edited, archived, _quiet = (make_lead() for _ in range(4))
    wait_until_settled()
    seq = load_board(manager)["seq"]
    move_lead(user=manager, lead_id=moved.pk, status="won")
    edit_lead(user=manager, lead_id=edited.pk, changes={"name": "New name"})
    archive_lead(user=manager, lead_id=archived.pk)
    wait_until_settled()
    changes = changes_since(manager, seq)
    assert {card["id"] for card in changes["leads"]} == {str(moved.pk), str(edited.pk)}
    assert changes["removed"] == [str(archived.pk)]
    assert changes_since(manager, changes["seq"])["leads"] == []
    assert read_head() > seq


def test_changes_former_consultant_hears_that_the_lead_is_gone_and_the_next_gets_it(manager):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    lead = make_lead(consultant=ana)
    seq = load_board(ana.user)["seq"]
    assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=bia.pk)
    assert changes_since(ana.user, seq) | {"seq": 0} == {"seq": 0, "leads": [], "removed": [str(lead.pk)]}
    assert [card["id"] for card in changes_since(bia.user, seq)["leads"]] == [str(lead.pk)]
    assert changes_since(make_consultant("carlos").user, seq)["removed"] == []


def test_changes_lead_that_left_the_filter_is_removed(manager):
    lead = make_lead(temperature="hot")
    seq = load_board(manager)["seq"]
    edit_lead(user=manager, lead_id=lead.pk, changes={"name": "Zoe"})
    assert changes_since(manager, seq, LeadFilters(q="zoe"))["removed"] == []
    assert changes_since(manager, seq, LeadFilters(q="ana"))["removed"] == [str(lead.pk)]


def test_changes_of_a_slow_writer_are_not_missed(manager):
    """A transaction that began before the board was read and commits after it."""
    slow, fast = make_lead(), make_lead()
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        edit_lead(user=manager, lead_id=slow.pk, changes={"name": "Slow"})
        other.submit(_in_thread, edit_lead, user=manager, lead_id=fast.pk, changes={"name": "Fast"}).result()
        seq = other.submit(_in_thread, load_board, manager).result()["seq"]
    assert str(slow.pk) in {card["id"] for card in changes_since(manager, seq)["leads"]}


def test_changes_too_many_ask_for_a_reset(manager):
    seq = read_cursor().seq
    Lead.objects.bulk_create(Lead(status=make_lead().status) for _ in range(LIMIT + 1))
    assert changes_since(manager, seq) == {"reset": True}


def get_changes(user, since):
    client = APIClient()
    client.force_login(user)
    return client.get("/api/board/changes/", {} if since is None else {"since": since})


def test_changes_cursor_of_the_future_asks_for_a_reset(manager):
    for since in (10**18, 10**29):
        assert get_changes(manager, since).json() == {"reset": True}


@pytest.mark.parametrize("since", [None, "", "x", "-1", "1.5", "٣", "1" * 31, "\x00", "1e3"])
def test_changes_cursor_that_is_none_is_refused(manager, since):
    answer = get_changes(manager, since)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_board_and_changes_become_the_fresh_board_whatever_happens_at_once(manager, monkeypatch):
    monkeypatch.setattr(board_module, "PAGE_SIZE", 1000)
    consultants = [make_consultant() for _ in range(3)]
    make_circle(*consultants)
    leads = [make_lead(consultant=random.choice([*consultants, None])) for _ in range(20)]
    viewers = [manager, *(consultant.user for consultant in consultants)]
    boards = {viewer.pk: load_board(viewer) for viewer in viewers}
    cards = {viewer: cards_by_id(board) for viewer, board in boards.items()}
    cursors = {viewer: board["seq"] for viewer, board in boards.items()}

    def follow() -> None:
        for viewer in viewers:
            changes = changes_since(viewer, cursors[viewer.pk])
            cards[viewer.pk] = applied(cards[viewer.pk], changes)
            cursors[viewer.pk] = changes["seq"]

    with ThreadPoolExecutor(4) as writers:
        work = [writers.submit(_in_thread, _mutate, manager, leads, seed) for seed in range(4)]
        while not all(job.done() for job in work):
            follow()
    for job in work:
        job.result()
    follow()
    for viewer in viewers:
        assert cards[viewer.pk] == cards_by_id(load_board(viewer))


def _mutate(manager, leads: list[Lead], seed: int) -> None:
    """Twenty random acts, some of them rolled back."""
    dice = random.Random(seed)
    acts = dice.choices([_move, _edit, _assign, _read, _add, _archive], weights=[8, 8, 8, 2, 3, 1], k=20)
    for act in acts:
        try:
            with transaction.atomic():
                act(dice, {"user": manager, "lead_id": dice.choice(leads).pk})
                if dice.random() < 0.2:
                    transaction.set_rollback(True)
        except CrmError:
            continue


def _move(dice, doer) -> None:
    move_lead(status=dice.choice(STATUSES), **doer)


def _edit(dice, doer) -> None:
    edit_lead(changes={"name": str(dice.random())}, **doer)


def _assign(dice, doer) -> None:
    assign_by_hand(
        consultant_id=dice.choice([*Consultant.objects.values_list("pk", flat=True), None]), **doer
    )


def _read(dice, doer) -> None:
    mark_read(**doer)


def _add(dice, doer) -> None:
    make_lead()


def _archive(dice, doer) -> None:
    archive_lead(**doer)


def _in_thread(work, *args, **kwargs):
    try:
        return work(*args, **kwargs)
    finally:
        connection.close()
