"""The browser of the tests: an installed Chromium, else Playwright's own, else the distribution's package.

`python -m tests.browser.chromium` provides one, or fails and says what to install.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-liberation", "fonts-dejavu-core")
ADVICE = """No browser for the tests. Install one of these and run again:
  Debian, Ubuntu   sudo apt-get install chromium
  anywhere         .venv/bin/python -m playwright install --with-deps chromium
  or set CHROMIUM_PATH to a Chromium or Chrome that is already there."""


@cache
def find_chromium() -> str | None:
    """The first browser that starts."""
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> Iterator[str]:
    if chosen := os.environ.get("CHROMIUM_PATH"):
        yield chosen
    yield from filter(None, map(shutil.which, NAMES))
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        yield own


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def provide() -> str | None:
    if path := find_chromium():
        return path
    print("Installing a browser for the tests …", flush=True)
    for command in _installers():
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # then the next one, or the advice
            subprocess.run(command, timeout=300, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        find_chromium.cache_clear()
        if path := find_chromium():
            return path
    return None


def _installers() -> Iterator[list[str]]:
    """Playwright's download needs no root, but its host and the system's libraries; apt needs root."""
    yield [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        yield ["apt-get", "update", "-qq"]
        yield ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]


if __name__ == "__main__":
    sys.exit(None if provide() else ADVICE)
