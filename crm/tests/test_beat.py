"""The timetable runs without the rest of the program, and its tasks reach the queues that workers take from."""

import subprocess
import sys

import pytest
from django.conf import settings

from crm.beat import app

LOADED = """
import sys
from crm.beat import app
app.loader.init_worker()
app.finalize()
print(*sorted(name for name in ("leads.models", "agent.tasks", "django.contrib.admin") if name in sys.modules))
"""


def test_beat_loads_neither_models_nor_tasks():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == []


# One for each lead, or as slow as the model or another system
AFTER_AN_IMPORT = ("agent.handle_new_lead", "agent.refine_leads", "leads.tell_endpoints")


@pytest.mark.parametrize("name", settings.CELERY_BEAT_SCHEDULE)
def test_due_task_goes_to_the_queue_of_its_route(name):
    expected = settings.CELERY_TASK_ROUTES.get(name, {"queue": "celery"})["queue"]

    assert app.amqp.router.route({}, name)["queue"].name == expected


def test_beat_and_workers_share_the_key_prefix():
    assert app.conf.broker_transport_options["global_keyprefix"] == settings.REDIS_PREFIX
    assert app.conf.broker_url == settings.CELERY_BROKER_URL


def test_client_does_not_wait_behind_the_leads_of_an_import():
    queues = {
        name: app.amqp.router.route({}, name)["queue"].name
        for name in ("agent.answer_message", *AFTER_AN_IMPORT)
    }

    assert queues.pop("agent.answer_message") not in queues.values()
