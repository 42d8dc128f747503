"""What the settings module makes by itself."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crm.settings import local_secret_key


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
