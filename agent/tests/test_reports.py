"""What managers see of the model."""

from decimal import Decimal

import pytest
from django.utils import timezone

from agent.budget import Budget, Reservation
from agent.endpoint import Endpoint
from agent.models import Playbook, UnansweredQuestion
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
        "alarms": [],
    }


def test_overview_tells_managers_that_the_model_cannot_be_used(client, settings):
    settings.OPENAI_API_KEY = "key"
    client.force_login(make_manager())
    assert b"cannot be used now" not in client.get("/admin/").content
    Endpoint.from_settings().breaker.trip("quota")
    assert b"cannot be used now (quota)" in client.get("/admin/").content


def test_overview_tells_managers_that_most_of_a_cap_is_spent(client, settings):
    settings.OPENAI_API_KEY, settings.AGENT_MONEY_PER_DAY = "key", 0.02
    settings.OPENAI_INPUT_PRICE = settings.OPENAI_OUTPUT_PRICE = 1
    playbook = Playbook.objects.create(name="Casas", domain="x", money_per_day=Decimal("0.01"))
    client.force_login(make_manager())
    assert b"are spent" not in client.get("/admin/").content
    budget = Budget(playbook=playbook)
    budget.settle(budget.reserve() or Reservation(0, 0), 8_000, 100)
    assert [(alarm["whose"], alarm["cap"]) for alarm in model_state()["alarms"]] == [("Casas", 0.01)]
    assert "Casas: US$\xa00.01 of US$\xa00.01 for today are spent" in client.get("/admin/").content.decode()
    Budget().settle(Reservation(0, 0), 10_000, 0)
    assert "All playbooks: US$\xa00.02 of US$\xa00.02" in client.get("/admin/").content.decode()


def test_overview_leads_to_the_questions_nobody_could_answer(client):
    playbook = Playbook.objects.create(name="Casas", domain="x")
    client.force_login(make_manager())
    assert b"could not answer" not in client.get("/admin/").content
    for number in range(2):
        UnansweredQuestion.objects.create(
            playbook=playbook, language="en", key=str(number), text="?", last_asked_at=timezone.now()
        )
    UnansweredQuestion.objects.create(
        playbook=playbook, language="en", key="x", text="?", state="dismissed", last_asked_at=timezone.now()
    )
    assert b"2 questions that the agent could not answer" in client.get("/admin/").content
