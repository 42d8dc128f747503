"""The people of most stories: a manager and two consultants."""

import pytest

from leads.models import Consultant, User
from leads.tests.makers import make_consultant, make_manager


@pytest.fixture
def manager(db: None) -> User:
    return make_manager()


@pytest.fixture
def ana(db: None) -> Consultant:
    return make_consultant("ana")


@pytest.fixture
def bia(db: None) -> Consultant:
    return make_consultant("bia")
