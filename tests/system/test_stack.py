"""The running system survives what operators and machines do to it."""

import signal
import urllib.request
from collections.abc import Mapping

import pytest
from django.contrib.auth import get_user_model

from tests.stack import Stack, wait_for

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def stack_settings() -> Mapping[str, str]:
    """A stack of its own, for its worker is killed."""
    return {}


def readyz(stack: Stack) -> int:
    try:
        with urllib.request.urlopen(f"{stack.base_url}/readyz", timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_stack_has_the_demo_workspace_and_shares_it_with_the_orm(stack: Stack):
    assert readyz(stack) == 200
    assert get_user_model().objects.filter(username__in=["manager", "ana", "bia", "carlos"]).count() == 4


def test_stack_without_its_worker_is_not_ready_until_the_worker_is_back(stack: Stack):
    stack.kill_worker(signal.SIGKILL)
    wait_for(lambda: readyz(stack) == 503, seconds=30, what="an unready stack")
    stack.start_worker()
    wait_for(lambda: readyz(stack) == 200, seconds=30, what="a ready stack")
