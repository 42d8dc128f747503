"""Fixtures of whole-system and browser tests. They do not mix with pytest-django's `db`: see `stack`."""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.schema import schema_database
from tests.stack import (
    Stack,
    create_database,
    drop_database,
    manage,
    orm_looks_at,
    stack_environment,
    worker_name,
)

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def workspace_template(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database with the schema and the demo workspace, copied for each stack."""
    name = f"stack_template_{worker_name()}"
    with django_db_blocker.unblock():
        create_database(name, schema_database())
        manage("seed_demo", "--verbosity", "0", environment=stack_environment(name))
        yield name
        drop_database(name)


@pytest.fixture(scope="module")
def stack_settings() -> Mapping[str, str]:
    """Environment variables on top of the stack's own; a test module overrides this fixture."""
    return {}


@pytest.fixture(scope="module")
def stack(
    workspace_template: str,
    stack_settings: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Stack]:
    """The running system, one per test module, shared by its tests.

    Its database is a fresh copy of the demo workspace, and the ORM of the test looks at it too. What
    a test writes is committed and stays for the next one of the module, so use own phones and names.
    """
    database = f"stack_{worker_name()}_{next(_numbers)}"
    with django_db_blocker.unblock():
        create_database(database, workspace_template)
        running = Stack(database, tmp_path_factory.mktemp(database), stack_settings)
        with orm_looks_at(database):
            try:
                running.start()
                yield running
            finally:
                running.stop()
        drop_database(database)


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots and traces are kept."""
    folder = Path(__file__).resolve().parent.parent / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder
