"""The overview: periods, the chart's points, and what only managers see."""

from datetime import date, timedelta

import pytest
from django.test import Client, RequestFactory

from agent.reports import turn_totals
from crm import dashboard
from crm.dashboard import CHART_HEIGHT, CHART_WIDTH, response_chart
from kanban.templatetags import desk
from leads.tests.makers import make_consultant, make_manager
from whatsapp.models import Message
from whatsapp.reports import by_stage, message_totals
from whatsapp.tests.makers import make_conversation

pytestmark = pytest.mark.django_db


def day(number: int, median: int, slow: int) -> dict:
    return {
        "day": date(2026, 1, number),
        "median": timedelta(minutes=median),
        "slow": timedelta(minutes=slow),
        "count": 1,
    }


@pytest.mark.parametrize(("asked", "days"), [("30", 30), ("8", 7), ("x", 7), ("", 7), ("9" * 50, 7)])
def test_period_is_one_of_three(asked: str, days: int) -> None:
    request = RequestFactory().get("/admin/", {"period": asked})

    assert dashboard.overview(request)["period"] == days


def test_chart_reaches_from_edge_to_edge_and_highest_is_the_slowest() -> None:
    chart = response_chart([day(1, 5, 20), day(2, 10, 40), day(3, 5, 10)])

    points = [tuple(map(int, point.split(","))) for point in chart["slow"].split()]
    assert [x for x, _ in points] == [0, CHART_WIDTH // 2, CHART_WIDTH]
    assert min(y for _, y in points) == points[1][1] == 4
    assert all(0 <= y <= CHART_HEIGHT for _, y in points)


def test_chart_of_one_day_is_a_level_line() -> None:
    assert len(response_chart([day(1, 5, 20)])["median"].split()) == 2


def test_chart_of_no_day_is_empty() -> None:
    assert response_chart([])["median"] == ""


def test_overview_is_for_staff(client: Client) -> None:
    client.force_login(make_consultant().user)

    assert client.get("/admin/").status_code == 302


def test_overview_asks_a_bounded_number_of_queries(client: Client, django_assert_max_num_queries) -> None:
    client.force_login(make_manager())
    for _ in range(5):
        make_consultant()

    with django_assert_max_num_queries(40):
        assert client.get("/admin/").status_code == 200


def test_messages_are_counted_by_who_wrote_them() -> None:
    conversation = make_conversation()
    Message.objects.create(conversation=conversation, seq=2, direction="out", author="agent", status="failed")

    counts = message_totals(conversation.created_at - timedelta(minutes=1))

    assert counts == {"received": 1, "by_agent": 1, "by_consultants": 0, "failed": 1}
    assert [row["stage"] for row in by_stage(conversation.created_at)] == ["qualifying"]


def test_agents_work_is_zero_before_it_has_worked() -> None:
    assert turn_totals(make_conversation().created_at) == {
        "replied": 0,
        "seconds": 0.0,
        "model_failures": 0,
        "tokens": 0,
    }


def test_amounts_stand_behind_their_currency(settings) -> None:
    settings.CURRENCY, settings.AGENT_CURRENCY = "R$", "US$"

    assert desk.money(1_250_000) == "R$\N{NO-BREAK SPACE}1,250,000"
    assert desk.price(0.1234) == "US$\N{NO-BREAK SPACE}0.12"
    assert desk.money(None) == ""
    settings.CURRENCY = ""
    assert desk.money("450000.00") == "450,000"
