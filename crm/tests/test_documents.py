"""What the documents say of commands, variables and queues, held against what there is."""

import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
# They clean up or fetch; nothing is owed when they do not run
NO_QUEUE = {"leads.forget_bodies", "whatsapp.forget_status_reports", "whatsapp.sync_templates",
            "whatsapp.recover_lost", "leads.reconcile_meta"}  # fmt: skip


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(set(settings.CELERY_BEAT_SCHEDULE) - NO_QUEUE))
def test_every_sweep_stands_in_the_table_of_queues(name):
    assert f"`{name}`" in text_of("docs/architecture.md")


def test_every_sweep_of_whatsapp_stands_in_its_own_table():
    swept = set(re.findall(r"^\| `(whatsapp\.\w+)`", text_of("docs/whatsapp.md"), re.MULTILINE))
    assert swept == {name for name in settings.CELERY_BEAT_SCHEDULE if name.startswith("whatsapp.")}


def test_environment_of_the_compose_recipe_is_all_that_compose_asks_for():
    asked = set(re.findall(r"\$\{(\w+):\?", text_of("compose.yaml")))
    recipe = set(re.findall(r"^ +(\w+)=", text_of("docs/deploy.md"), re.MULTILINE))

    assert asked
    assert asked <= recipe


def test_every_variable_that_is_read_stands_in_the_example():
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"(\w+)"', text_of("crm/settings.py")))
    processes = set(re.findall(r"\$\{(\w+):-", text_of("Procfile")))
    listed = set(re.findall(r"^#?(\w+)=", text_of(".env.example"), re.MULTILINE))

    assert len(read) > 30
    assert read | processes <= listed


def test_procfile_and_compose_release_by_the_same_steps():
    steps = "check --deploy --fail-level ERROR", "migrate --no-input", "set_up"
    command = "python manage.py " + " && python manage.py ".join(steps)

    assert f"release: {command}\n" in text_of("Procfile")
    assert f'sh -c "{command}"' in " ".join(text_of("compose.yaml").split())


@pytest.mark.parametrize("name", ["WEB_CONCURRENCY", "WORKER_CONCURRENCY", "QUICK_CONCURRENCY"])
def test_number_of_processes_and_threads_is_read_by_procfile_and_compose_alike(name):
    numbers = [re.findall(rf"\$\{{{name}:-(\d+)}}", text) for text in (text_of("Procfile"), _images())]
    assert numbers[0]
    assert numbers[0] == numbers[1]


def _images() -> str:
    return text_of("compose.yaml") + text_of("Dockerfile")


def test_every_page_of_the_documents_is_on_the_map():
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert {page for page in pages if f"(docs/{page})" not in text_of("README.md")} == set()
