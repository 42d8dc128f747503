"""What the settings module makes by itself."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from crm.embedded.secret_key import local_secret_key

ROOT = Path(__file__).resolve().parent.parent.parent


def test_local_secret_key_made_by_many_at_once_is_one_whole_key(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with ThreadPoolExecutor(16) as starters:
        keys = set(starters.map(local_secret_key, [folder] * 64))
    assert len(keys) == 1
    assert len(keys.pop()) >= 50


def test_local_secret_key_outlives_a_restart_and_is_the_owners_alone(tmp_path: Path) -> None:
    first = local_secret_key(tmp_path)
    assert local_secret_key(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def start_with(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own, with exactly this environment."""
    command = [sys.executable, "-c", "from crm import settings; print(settings.LOCAL, settings.SIMULATOR)"]
    paths = {"PATH": os.environ["PATH"], "DATA_DIR": str(settings.DATA_DIR)}
    servers = {"DATABASE_URL": "postgres://x@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1"}
    return subprocess.run(
        command, cwd=ROOT, env=paths | servers | environment, capture_output=True, text=True, timeout=60
    )


PRODUCTION = {"SECRET_KEY": "k" * 50, "PUBLIC_URL": "https://crm.example", "ALLOWED_HOSTS": "crm.example"}


def test_production_with_all_it_needs_starts_without_simulator() -> None:
    assert start_with(**PRODUCTION).stdout.split() == ["False", "False"]


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_without_a_value_refuses_and_names_it(name: str) -> None:
    refused = start_with(**{key: value for key, value in PRODUCTION.items() if key != name})
    assert refused.returncode != 0
    assert f"Set {name} in the environment" in refused.stderr


def test_development_mode_at_a_public_address_is_refused() -> None:
    refused = start_with(**PRODUCTION, DEBUG="1")
    assert refused.returncode != 0
    assert "PUBLIC_URL is a public address" in refused.stderr


@pytest.mark.parametrize("name", ["DEBUG", "DEMO"])
def test_simulator_is_part_of_development_and_of_the_demo(name: str) -> None:
    assert start_with(**{name: "1"}).stdout.split() == ["True", "True"]


def test_demo_at_a_public_address_has_no_simulator_unless_asked_for() -> None:
    assert start_with(**PRODUCTION, DEMO="1").stdout.split() == ["True", "False"]
    assert start_with(**PRODUCTION, DEMO="1", SIMULATOR="1").stdout.split() == ["True", "True"]
