"""The people of most stories, and time that stands still until it is moved."""

from collections.abc import Iterator

import pytest

from leads import clock
from leads.models import Consultant, User
from leads.tests.makers import make_consultant, make_manager
from leads.tests.timers import NOON


@pytest.fixture
def manager(db: None) -> User:
    return make_manager()


@pytest.fixture
def ana(db: None) -> Consultant:
    return make_consultant("ana")


@pytest.fixture
def bia(db: None) -> Consultant:
    return make_consultant("bia")


@pytest.fixture
def time_is(db: None) -> Iterator[clock.VirtualClock]:
    with clock.virtual(NOON) as virtual:
        yield virtual


@pytest.fixture
def trio(db: None) -> list[Consultant]:
    return [make_consultant(name) for name in ("ana", "bia", "carlos")]
