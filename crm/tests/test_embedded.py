"""Real processes on a data folder of the test: each user is a Python process of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from crm import embedded
from crm.embedded.files import Layout, keeper_is_running

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys, time
from crm import embedded
print(embedded.database_url(sys.argv[1]), embedded.redis_url(sys.argv[1]), flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextlib.contextmanager
def user_process(data_dir: Path, seconds: float = 60) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the servers of `data_dir` for a while."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(data_dir), str(seconds)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def urls_of(process: subprocess.Popen[str]) -> list[str]:
    return process.stdout.readline().split()


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def keeper_pid(data_dir: Path) -> int:
    return json.loads(Layout.of(data_dir).ready.read_text())["pid"]


def answers(database_url: str, redis_url: str) -> bool:
    try:
        with psycopg.connect(database_url, connect_timeout=2) as database:
            database.execute("SELECT 1")
        with redis.Redis.from_url(redis_url) as client:
            return client.ping()
    except (psycopg.OperationalError, redis.RedisError):
        return False


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    embedded.stop(tmp_path / "data")
    embedded.release(tmp_path / "data")


def test_servers_start_with_utc_utf8_and_unicode_case(data_dir: Path):
    with psycopg.connect(embedded.database_url(data_dir)) as database:
        facts = database.execute(
            "SELECT current_setting('TimeZone'), current_setting('server_encoding'), "
            "current_setting('fsync'), current_setting('listen_addresses'), lower('AÇÃO')"
        ).fetchone()
    assert facts == ("UTC", "UTF8", "on", "", "ação")


def test_servers_asked_for_by_many_at_once_start_once(data_dir: Path):
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(user_process(data_dir)) for _ in range(5)]
        urls = [urls_of(process) for process in processes]
        assert len({tuple(url) for url in urls}) == 1
        assert answers(*urls[0])


def test_servers_stop_when_the_last_user_is_killed(data_dir: Path):
    with user_process(data_dir) as first, user_process(data_dir) as second:
        urls = urls_of(first)
        urls_of(second)
        first.kill()
        first.wait()
        time.sleep(1)
        assert answers(*urls)
        second.kill()
        second.wait()
        assert eventually(lambda: not keeper_is_running(Layout.of(data_dir)))
    assert not answers(*urls)


def test_release_of_the_last_user_waits_until_the_servers_are_stopped(data_dir: Path):
    url = embedded.redis_url(data_dir)
    assert embedded.release(data_dir) is True
    assert not Layout.of(data_dir).ready.exists()
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(url).ping()


def test_release_while_another_process_uses_the_servers_leaves_them(data_dir: Path):
    with user_process(data_dir) as other:
        urls = urls_of(other)
        embedded.redis_url(data_dir)
        assert embedded.release(data_dir) is False
        assert answers(*urls)


def test_servers_that_die_are_started_again(data_dir: Path):
    urls = embedded.database_url(data_dir), embedded.redis_url(data_dir)
    postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
    redis_pid = redis.Redis.from_url(urls[1]).info("server")["process_id"]
    os.kill(postmaster, signal.SIGKILL)
    os.kill(redis_pid, signal.SIGKILL)
    assert eventually(lambda: answers(*urls))


def test_start_after_everything_was_killed_keeps_the_rows(data_dir: Path):
    with user_process(data_dir) as user:
        database_url, redis_url = urls_of(user)
        with psycopg.connect(database_url) as database:
            database.execute("CREATE TABLE kept AS SELECT 1 AS one")
        redis_pid = redis.Redis.from_url(redis_url).info("server")["process_id"]
        postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        for pid in (keeper_pid(data_dir), redis_pid, postmaster, user.pid):
            os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: not keeper_is_running(Layout.of(data_dir)))
    with psycopg.connect(embedded.database_url(data_dir)) as database:
        assert database.execute("SELECT one FROM kept").fetchone() == (1,)


def test_start_with_a_pid_file_that_names_another_program_works(data_dir: Path):
    embedded.database_url(data_dir)
    pid_file = data_dir / "postgres" / "postmaster.pid"
    text = pid_file.read_text()
    embedded.release(data_dir)
    owner = (data_dir / "postgres").stat()
    pid_file.write_text(text.replace(text.split()[0], str(os.getpid()), 1))
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    assert answers(embedded.database_url(data_dir), embedded.redis_url(data_dir))


def test_start_after_the_keeper_alone_was_killed_takes_over_its_servers(data_dir: Path):
    with user_process(data_dir) as user:
        urls_of(user)
        os.kill(keeper_pid(data_dir), signal.SIGKILL)
        assert eventually(lambda: not keeper_is_running(Layout.of(data_dir)))
        assert answers(embedded.database_url(data_dir), embedded.redis_url(data_dir))


def test_data_folder_with_a_path_too_long_for_sockets_works(data_dir: Path):
    deep = data_dir / ("folder with spaces and ção " + "x" * 100)
    try:
        assert answers(embedded.database_url(deep), embedded.redis_url(deep))
    finally:
        embedded.release(deep)


def test_failed_start_says_which_folder_and_why(data_dir: Path):
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "PG_VERSION").write_text("9")
    with pytest.raises(embedded.EmbeddedServerError) as caught:
        embedded.database_url(data_dir)
    assert str(data_dir) in str(caught.value)
    assert "PostgreSQL does not answer" in str(caught.value)
