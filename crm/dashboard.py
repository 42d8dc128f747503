"""The managers' overview: what each app reports, on one page, drawn by the server."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from agent import reports as agent_reports
from leads import reports as lead_reports
from leads.queue_reasons import reasons_of
from leads.reports import Period
from whatsapp import reports as whatsapp_reports

DAYS = (7, 30, 90)
CHART_WIDTH, CHART_HEIGHT = 640, 160


def overview(request: HttpRequest) -> dict[str, Any]:
    """Everything the page shows, for the period that the address names."""
    period = Period(_days(request.GET.get("period", "")))
    since = period.since
    return {
        "period": period.days,
        "periods": DAYS,
        "as_of": timezone.now(),
        "totals": lead_reports.totals(period),
        "statuses": lead_reports.by_status(period),
        "sources": lead_reports.by_source(period),
        "consultants": lead_reports.by_consultant(period),
        "queue": unassigned_queue(),
        "responses": response_chart(lead_reports.response_days(period)),
        "messages_in_period": whatsapp_reports.message_totals(since),
        "stages": whatsapp_reports.by_stage(since),
        "turns": agent_reports.turn_totals(since),
        "notices_in_trouble": agent_reports.notices_in_trouble(since),
        "model": agent_reports.model_state(),
        "open_questions": agent_reports.open_questions(),
    }


def unassigned_queue() -> list[dict[str, Any]]:
    """`[{lead, why}]`, hottest and oldest first."""
    waiting = lead_reports.unassigned_queue()
    reasons = reasons_of(waiting)
    return [{"lead": lead, "why": reasons[lead.pk]} for lead, _decision in waiting]


def response_chart(days: list[dict[str, Any]]) -> dict[str, Any]:
    """Two lines as points of an SVG of CHART_WIDTH × CHART_HEIGHT, and the table behind them."""
    longest = max((day["slow"] for day in days), default=timedelta()) or timedelta(seconds=1)
    return {
        "days": days,
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "longest": longest,
        "median": _points([day["median"] / longest for day in days]),
        "slow": _points([day["slow"] / longest for day in days]),
    }


def _points(heights: list[float]) -> str:
    """`x,y` pairs; one day alone is drawn as a level line."""
    heights = heights * 2 if len(heights) == 1 else heights
    step = CHART_WIDTH / max(1, len(heights) - 1)
    return " ".join(
        f"{round(index * step)},{round(CHART_HEIGHT - 4 - height * (CHART_HEIGHT - 8))}"
        for index, height in enumerate(heights)
    )


def _days(text: str) -> int:
    # Days of one's own choosing could ask for all of history at each look
    return int(text) if text.isdecimal() and int(text) in DAYS else DAYS[0]
