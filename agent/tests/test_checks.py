"""A start with a push key that is no key says so."""

import pytest

from agent import push_keys
from agent.checks import check_push_key


@pytest.mark.parametrize("key", ["not a key", "AAAA", "A" * 43, "ü"])
def test_push_key_that_is_none_stops_the_start(settings, key):
    settings.VAPID_PRIVATE_KEY = key
    (error,) = check_push_key()
    assert "VAPID_PRIVATE_KEY" in error.msg


@pytest.mark.parametrize("new_key", [str, push_keys.new_key], ids=["none", "new"])
def test_push_key_of_the_environment_or_none_may_start(settings, new_key):
    settings.VAPID_PRIVATE_KEY = new_key()
    assert check_push_key() == []
