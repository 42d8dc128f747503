"""What managers see of the model."""

import pytest

from agent.endpoint import Endpoint
from agent.reports import model_state
from leads.tests.makers import make_manager

pytestmark = pytest.mark.django_db


def test_model_state_without_a_model_has_nothing_to_say():
    assert model_state() | {"cap": 0} == {
        "is_used": False,
        "name": "gpt-4.1-mini",
        "is_left_alone": False,
        "reason": "",
        "spent": 0,
        "cap": 0,
    }


def test_overview_tells_managers_that_the_model_cannot_be_used(client, settings):
    settings.OPENAI_API_KEY = "key"
    client.force_login(make_manager())
    assert b"cannot be used now" not in client.get("/admin/").content
    Endpoint.from_settings().breaker.trip("quota")
    assert b"cannot be used now (quota)" in client.get("/admin/").content
