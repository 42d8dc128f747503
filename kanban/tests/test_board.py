"""The board's first page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from kanban import board as board_module
from leads.models import Source, Status
from leads.tests.makers import make_consultant, make_lead, make_manager, make_statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_manager()


def get(user, path="/api/board/", headers=None, **query):
    client = APIClient()
    client.force_login(user)
    answer = client.get(path, query, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


def columns_of(board) -> dict[str, list[str]]:
    return {column["status"]: [card["name"] for card in column["cards"]] for column in board["columns"]}


def test_board_shows_every_column_in_order_newest_on_top(manager):
    make_lead(name="first")
    make_lead(name="second")
    make_lead(name="done", status_id="won")
    board = get(manager)
    assert list(columns_of(board)) == ["new", "contacted", "won", "lost"]
    assert columns_of(board)["new"] == ["second", "first"]
    assert [column["count"] for column in board["columns"]] == [2, 0, 1, 0]
    assert isinstance(board["seq"], int)


def test_board_without_statuses_is_empty(manager):
    assert get(manager)["columns"] == []


def test_board_consultant_sees_and_counts_own_leads_only(manager):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_lead(name="hers", consultant=ana)
    make_lead(name="not hers", consultant=bia)
    make_lead(name="archived", consultant=ana, archived_at=timezone.now())
    board = get(ana.user)
    assert columns_of(board)["new"] == ["hers"]
    assert board["columns"][0]["count"] == 1


def test_board_counts_the_waiting(manager):
    make_lead(waiting_since=timezone.now())
    make_lead()
    assert get(manager)["columns"][0]["waiting"] == 1


def test_board_counts_stop_at_their_limit(manager, monkeypatch):
    monkeypatch.setattr(board_module, "COUNT_LIMIT", 2)
    for _ in range(3):
        make_lead(waiting_since=timezone.now())
    column = get(manager)["columns"][0]
    assert (column["count"], column["count_is_capped"], column["waiting"]) == (2, True, 2)


def test_board_filters_narrow_cards_and_counts_alike(manager):
    ana = make_consultant("ana")
    site = Source.objects.create(slug="site", name="Site")
    make_lead(name="Hot Ana", consultant=ana, temperature="hot", source=site)
    make_lead(name="Waiting", waiting_since=timezone.now() - timedelta(hours=1))
    for query, found in [
        ({"consultant": "ana"}, ["Hot Ana"]),
        ({"consultant": "none"}, ["Waiting"]),
        ({"source": "site"}, ["Hot Ana"]),
        ({"source": "whatsapp"}, ["Waiting"]),
        ({"temperature": "hot"}, ["Hot Ana"]),
        ({"waiting": "1"}, ["Waiting"]),
        ({"q": "wait"}, ["Waiting"]),
        ({"q": "zzz"}, []),
        ({"q": "!"}, []),
    ]:
        column = get(manager, **query)["columns"][0]
        assert [card["name"] for card in column["cards"]] == found, query
        assert column["count"] == len(found), query


def test_column_pages_meet_without_gap_or_overlap(manager, monkeypatch):
    monkeypatch.setattr(board_module, "PAGE_SIZE", 3)
    for number in range(8):
        make_lead(name=str(number), position=number // 2)
    first = get(manager)["columns"][0]
    names, after = [card["name"] for card in first["cards"]], first["next"]
    while after:
        page = get(manager, "/api/board/columns/new/", after=after)
        names += [card["name"] for card in page["cards"]]
        after = page["next"]
    assert sorted(names) == [str(number) for number in range(8)]
    assert [int(name) // 2 for name in names] == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    "after", ["x", "1_x", "_", "9" * 30 + "_00000000-0000-4000-8000-000000000000", "\x00"]
)
def test_column_after_a_foreign_place_is_refused(manager, after):
    make_statuses()
    client = APIClient()
    client.force_login(manager)
    answer = client.get("/api/board/columns/new/", {"after": after})
    assert answer.status_code in (200, 404)
    assert client.get("/api/board/columns/nowhere/").status_code == 404


def test_board_costs_the_same_for_one_lead_and_thirty(manager, django_assert_num_queries):
    client = APIClient()
    client.force_login(manager)
    source = Source.objects.create(slug="site", name="Site")
    make_lead()
    # session, user, cursor, columns with counts, cards
    with django_assert_num_queries(5):
        client.get("/api/board/")
    for number in range(29):
        make_lead(consultant=make_consultant(), source=source, status_id=["new", "won"][number % 2])
    with django_assert_num_queries(5):
        client.get("/api/board/")


def test_board_names_the_usual_statuses_in_the_readers_language_and_others_as_given(manager):
    Status.objects.create(slug="won", name="Won", kind="won", position=8)
    Status.objects.create(slug="site", name="Vistoria", position=9)
    answer = get(manager, headers={"Accept-Language": "pt-BR"})
    names = {column["status"]: column["name"] for column in answer["columns"]}
    assert names["won"] == "Ganho"
    assert names["site"] == "Vistoria"
