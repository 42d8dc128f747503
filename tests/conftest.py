"""Fixtures of whole-system and browser tests. They do not mix with pytest-django's `db`: see `stack`."""

import contextlib
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.rewinding import rewind
from tests.schema import workspace_database
from tests.stack import (
    Stack,
    create_database,
    drop_database,
    orm_looks_at,
    worker_name,
)

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def workspace_template(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database with the demo workspace, copied for each stack of this process, and read when one is rewound."""
    name = f"stack_template_{worker_name()}"
    with django_db_blocker.unblock():
        create_database(name, workspace_database())
        yield name
        drop_database(name)


@pytest.fixture(scope="module")
def stack_settings() -> Mapping[str, str] | None:
    """Environment variables on top of a stack's own, by a test module that overrides this fixture.

    None: the stack as it comes, shared with other modules. A module that kills its processes or takes
    their servers away returns `{}` and has one to itself.
    """
    return None


@pytest.fixture(scope="module")
def stack(
    request: pytest.FixtureRequest,
    workspace_template: str,
    stack_settings: Mapping[str, str] | None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Stack]:
    """The running system, on the demo workspace as it was seeded; the ORM of the test looks at it too.

    What a test writes is committed and stays for the next one of the module, so use own phones and names.
    """
    with django_db_blocker.unblock(), contextlib.ExitStack() as until_the_end:
        if stack_settings is None:
            running: Stack = request.getfixturevalue("shared_stack")
            rewind(running.database, workspace_template)
            running.wait_until_ready()
        else:
            folder = request.getfixturevalue("tmp_path_factory").mktemp("stack")
            running = until_the_end.enter_context(_started(workspace_template, folder, stack_settings))
        until_the_end.enter_context(orm_looks_at(running.database))
        yield running


@pytest.fixture(scope="session")
def shared_stack(
    workspace_template: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stack]:
    """One for the test process: starting its three processes takes longer than most modules need it."""
    with (
        django_db_blocker.unblock(),
        _started(workspace_template, tmp_path_factory.mktemp("stack"), {}) as running,
    ):
        yield running


@contextlib.contextmanager
def _started(template: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Stack]:
    database = f"stack_{worker_name()}_{next(_numbers)}"
    create_database(database, template)
    running = Stack(database, folder, environment)
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
