"""`make run` as a newcomer sees it: a process that starts, prints, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from crm.embedded.files import Layout, keeper_is_running
from tests.stack import ROOT, free_port, wait_for

pytestmark = pytest.mark.system

Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the whole module: the first launch makes the database, the others find it."""
    return tmp_path_factory.mktemp("launcher")


@pytest.fixture
def launch(data_dir: Path) -> Iterator[Launch]:
    processes: list[subprocess.Popen[str]] = []

    def start(*, port: int, command: list[str] | None = None) -> subprocess.Popen[str]:
        unset = {"DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "HOST"}
        environment = {key: value for key, value in os.environ.items() if key not in unset}
        environment |= {"DATA_DIR": str(data_dir), "PORT": str(port), "DEMO_LEADS": "0"}
        process = subprocess.Popen(
            command or [sys.executable, "-m", "crm.launcher"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    text = ""
    for line in process.stdout:
        text += line
        if words in line:
            return text
    raise AssertionError(f"{words!r} was never printed:\n{text}")


def stop(process: subprocess.Popen[str], signal_number: int) -> str:
    process.send_signal(signal_number)
    output, _ = process.communicate(timeout=60)
    return output


def status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_launcher_when_asked_to_stop_leaves_nothing_running(launch: Launch, data_dir: Path):
    port = free_port()
    process = launch(port=port)
    banner = read_until(process, "Ctrl-C")
    children = psutil.Process(process.pid).children(recursive=True)
    assert f"http://127.0.0.1:{port}/" in banner
    assert "manager, ana, bia, carlos" in banner
    assert status(port, "/readyz") == 200
    started = time.monotonic()
    assert stop(process, signal.SIGTERM).endswith("Stopped.\n")
    assert time.monotonic() - started < 10
    assert process.returncode == 0
    assert len(children) >= 3
    assert not [child for child in children if is_alive(child)]
    assert not keeper_is_running(Layout.of(data_dir))


def test_launcher_under_make_that_alone_is_interrupted_stops(launch: Launch, tmp_path: Path):
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@{sys.executable} -m crm.launcher\n")
    port = free_port()
    process = launch(port=port, command=["make", "--file", str(makefile), "run"])
    read_until(process, "Ctrl-C")
    assert "Stopped." in stop(process, signal.SIGINT)
    assert status(port, "/healthz") == 0


def test_launcher_on_a_taken_port_says_so_and_stops(launch: Launch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = launch(port=taken.getsockname()[1])
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert re.search(r"error: Port \d+ on 127\.0\.0\.1 cannot be used: Address already in use", output)


@pytest.mark.slow
def test_two_launchers_on_one_data_folder_share_its_servers(launch: Launch):
    first_port, second_port = free_port(), free_port()
    first, second = launch(port=first_port), launch(port=second_port)
    read_until(first, "Ctrl-C")
    read_until(second, "Ctrl-C")
    assert "another process uses them" in stop(first, signal.SIGTERM)
    assert status(second_port, "/readyz") == 200


def test_killed_child_is_reported_and_started_again(launch: Launch):
    port = free_port()
    process = launch(port=port)
    read_until(process, "Ctrl-C")
    web = next(child for child in psutil.Process(process.pid).children() if "daphne" in child.cmdline())
    web.kill()
    assert "web was ended by SIGKILL; starting it again" in read_until(process, "starting it again")
    wait_for(lambda: status(port, "/readyz") == 200, what="the restarted web process")


@pytest.mark.slow
def test_killed_launcher_takes_its_children_with_it(launch: Launch, data_dir: Path):
    process = launch(port=free_port())
    read_until(process, "Ctrl-C")
    children = psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    wait_for(lambda: not any(map(is_alive, children)), what="the end of the children")
    wait_for(lambda: not keeper_is_running(Layout.of(data_dir)), what="the end of the servers")
