import json
from uuid import uuid4

import pytest
from django.core.management import call_command

from agent import flows
from agent.budget import Budget
from agent.rehearsing import BUNDLED
from agent.tests.model_answers import ASKS_WHERE
from agent.tests.openai_double import OpenAIDouble, Step
from agent.tests.test_flows_with_model import line, write  # noqa: F401 - a fixture
from leads.models import Notice
from leads.notice_words import reason_of, title_of
from leads.tests.makers import make_manager

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def double(settings):
    with OpenAIDouble() as double:
        settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = double.base_url, str(uuid4())
        settings.AGENT_DEBOUNCE_SECONDS = settings.AGENT_TYPING_PACE = 0
        yield double


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (401, {"message": "bad key", "code": "invalid_api_key"}, "auth"),
        (429, {"message": "pay", "code": "insufficient_quota"}, "quota"),
    ],
)
def test_refusal_that_only_people_can_mend_reaches_each_manager_once(double, line, status, error, reason):  # noqa: F811
    managers = [make_manager(), make_manager()]
    for text in ("quero comprar", "em Moema"):
        double.script({"status": status, "error": error})
        conversation = write(line, text)
        assert flows.answer_message(conversation.pk)
    told = Notice.objects.filter(kind="alert")
    assert sorted(told.values_list("user", flat=True)) == sorted(manager.pk for manager in managers)
    assert "refuses" in title_of(told[0])
    assert reason in reason_of(told[0])


def test_passing_trouble_of_the_model_alarms_nobody(double, line):  # noqa: F811
    make_manager()
    double.script(*[{"status": 500}] * 3)
    flows.answer_message(write(line, "quero comprar").pk)
    assert not Notice.objects.filter(kind="alert").exists()


def test_evaluation_with_a_model_leaves_the_days_money_alone(double, settings, tmp_path):
    settings.AGENT_MONEY_PER_DAY = 0.000001
    double.standing = Step(answer=ASKS_WHERE)
    definitions = tmp_path / "playbooks.json"
    slots = {"property_kind": {"type": "text", "required": True}}
    definitions.write_text(json.dumps({"playbooks": {"solar": {"slots": slots}}}))
    dialogues = tmp_path / "one.jsonl"
    dialogues.write_text((BUNDLED / "solar.jsonl").read_text("utf-8").splitlines()[0])
    out = tmp_path / "report.json"
    call_command(
        "evaluate_agent",
        dialogues,
        playbooks=definitions,
        brain="llm",
        base_url=double.base_url,
        model="m",
        out=out,
    )
    assert double.calls
    assert Budget().spent_today() == 0
