from datetime import datetime

import pytest

from agent.brains.playbook import Playbook
from agent.opening_hours import is_open

WEEK = Playbook(
    "test", hours={"mon": ("09:00", "18:00"), "fri": ("20:00", "02:00"), "sun": ("22:00", "01:00")}
)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T08:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T17:59", True),
        ("2026-11-23T18:00", False),
        ("2026-11-24T12:00", False),
        ("2026-11-27T21:00", True),
        ("2026-11-28T01:59", True),
        ("2026-11-28T02:00", False),
        ("2026-11-23T00:30", True),
        ("2026-11-23T01:00", False),
    ],
)
def test_team_is_there_within_the_hours_of_the_day_and_past_midnight(moment, expected):
    assert is_open(WEEK, datetime.fromisoformat(moment)) is expected


def test_team_without_hours_is_always_there():
    assert is_open(Playbook("test"), datetime.fromisoformat("2026-11-29T03:00"))
