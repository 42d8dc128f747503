"""A real Chromium on the running system; faults in the console fail the test that caused them."""

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.chromium import ADVICE, find_chromium
from tests.stack import Stack

# Playwright's synchronous API runs an event loop in this thread, where Django would refuse the ORM
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
# What must come may come late on a busy machine; a test that passes never waits this long
expect.set_options(timeout=15_000)

OpenAs = Callable[..., Page]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Lets fixtures know whether their test failed."""
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


_failed = pytest.StashKey[bool]()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """In place of the plugin's, which keeps its event loop until the session ends: asyncio tests that
    come later in the same process could not run beside it.
    """
    path = find_chromium()
    if path is None:
        pytest.fail(ADVICE, pytrace=False)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()
        # Django keeps a connection for this event loop; the next module's loop would find it cut off
        connections.close_all()


@pytest.fixture
def open_as(
    stack: Stack, browser: Browser, request: pytest.FixtureRequest, artifacts: Path
) -> Iterator[OpenAs]:
    """`open_as("ana", "/inbox/")`: a page in a browser of her own, logged in. `None`: nobody is.

    Further keywords go to Playwright's `new_context` (`viewport`, `color_scheme`, `locale` …). A console
    error, a script error or a breach of the content security policy fails the test; a test that
    provokes one on purpose empties `page.faults` first.
    """
    # A trace costs an eighth of the browser's time; `--tracing on` keeps those of tests that fail
    is_traced = request.config.getoption("--tracing") != "off"
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(username: str | None, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(
            base_url=stack.base_url, **{"locale": "en-US", "reduced_motion": "reduce", **options}
        )
        if is_traced:
            context.tracing.start(snapshots=True)
        contexts.append(context)
        if username:
            context.add_cookies([session_cookie(username, stack)])
        page = context.new_page()
        page.faults = faults
        page.on("console", lambda message: _note_error(message, faults))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    has_failed = request.node.stash.get(_failed, False)
    for number, context in enumerate(contexts):
        if has_failed or faults:
            if is_traced:
                context.tracing.stop(path=artifacts / f"{request.node.name}-{number}.zip")
            for page in context.pages:
                page.screenshot(path=artifacts / f"{request.node.name}-{number}.png")
        context.close()
    assert has_failed or not faults, f"the browser complained: {faults}"


def _note_error(message: ConsoleMessage, faults: list[str]) -> None:
    if message.type == "error":
        faults.append(f"{message.text} ({message.location.get('url', '')})")


def session_cookie(username: str, stack: Stack) -> dict[str, str]:
    """Log in without the form: a session row made as Django makes it."""
    user = get_user_model().objects.get(username=username)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": stack.base_url}
