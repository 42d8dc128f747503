"""PostgreSQL and Redis without an installation, for development, tests and the demo.

`database_url` and `redis_url` start the servers of a data folder where they are not running. They
run until the last process that asked for them has ended, however it ended: a keeper process
(`__main__.py`) watches a lock that each of those processes shares. Any number of processes may ask
at once.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TypedDict

from .files import EmbeddedServerError, Layout, keeper_is_running, last_lines, locked, open_log

__all__ = ["EmbeddedServerError", "database_url", "redis_url", "release", "stop"]

START_SECONDS = 90
STOP_SECONDS = 25

# The keeper imports this package alone, not `crm`: the settings would ask for the very servers it starts.
KEEPER_SCRIPT = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('embedded', alter_sys=True)"
)


class Servers(TypedDict):
    pid: int
    database_url: str
    redis_url: str


_uses: dict[Path, tuple[Servers, IO[str]]] = {}


def database_url(data_dir: str | os.PathLike[str]) -> str:
    """The URL of this folder's PostgreSQL database, through a Unix socket."""
    return _use(Layout.of(data_dir))["database_url"]


def redis_url(data_dir: str | os.PathLike[str]) -> str:
    """The URL of this folder's Redis, through a Unix socket."""
    return _use(Layout.of(data_dir))["redis_url"]


def release(data_dir: str | os.PathLike[str]) -> bool:
    """Give up this process's use; wait for the servers to stop where it was the last.

    True where they are stopped, False where another process still uses them.
    """
    layout = Layout.of(data_dir)
    if layout.data_dir in _uses:
        _, users = _uses.pop(layout.data_dir)
        users.close()
    return _wait_until_stopped(layout, unless_used=True)


def stop(data_dir: str | os.PathLike[str]) -> bool:
    """Stop the servers of this folder whoever uses them. True where they are stopped."""
    layout = Layout.of(data_dir)
    # A killed keeper leaves its file behind, and its number may be another program's by now
    if layout.ready.exists() and keeper_is_running(layout):
        os.kill(_read_ready(layout)["pid"], signal.SIGTERM)
    return _wait_until_stopped(layout, unless_used=False)


def _use(layout: Layout) -> Servers:
    """Share the `users` lock for the rest of this process's life and have the servers running."""
    if layout.data_dir not in _uses:
        try:
            layout.make_folders()
            users = layout.lock("users").open("a")
        except PermissionError as error:
            raise EmbeddedServerError(
                f"{error.filename} cannot be written; choose another DATA_DIR."
            ) from error
        fcntl.flock(users, fcntl.LOCK_SH)  # waits where the keeper is just stopping the servers
        _uses[layout.data_dir] = (_start(layout), users)
    return _uses[layout.data_dir][0]


def _start(layout: Layout) -> Servers:
    """Wait for the keeper's servers; start a keeper where there is none."""
    with locked(layout.lock("start")):
        keeper: subprocess.Popen[bytes] | None = None
        if not keeper_is_running(layout):
            layout.ready.unlink(missing_ok=True)  # a killed keeper could not
            keeper = _spawn_keeper(layout)
        deadline = time.monotonic() + START_SECONDS
        while not layout.ready.exists():
            if time.monotonic() > deadline or not keeper_is_running(layout):
                raise EmbeddedServerError(_failure(layout))
            time.sleep(0.05)
        if keeper is not None:
            keeper.returncode = 0  # it outlives this process on purpose: no warning about a running child
        return _read_ready(layout)


def _spawn_keeper(layout: Layout) -> subprocess.Popen[bytes]:
    """Start the keeper in a session of its own: a Ctrl-C here is not meant for it.

    The keeper inherits its lock, so that it counts as running before it has run.
    """
    with layout.lock("keeper").open("a") as lock, open_log(layout.log("keeper")) as log:
        # flock belongs to the open file, not to the process: the child that inherits it holds it on
        fcntl.flock(lock, fcntl.LOCK_EX)
        arguments = [str(Path(__file__).parents[1]), str(layout.data_dir), str(lock.fileno())]
        return subprocess.Popen(
            [sys.executable, "-P", "-c", KEEPER_SCRIPT, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )


def _read_ready(layout: Layout) -> Servers:
    servers: Servers = json.loads(layout.ready.read_text())
    return servers


def _wait_until_stopped(layout: Layout, *, unless_used: bool) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while keeper_is_running(layout):
        if time.monotonic() > deadline or (unless_used and _is_used(layout)):
            return False
        time.sleep(0.05)
    return True


def _is_used(layout: Layout) -> bool:
    """Whether processes share the `users` lock. The keeper takes it alone while it stops the servers."""
    with locked(layout.lock("users"), fcntl.LOCK_EX | fcntl.LOCK_NB) as unused:
        if unused:
            return False
    # Not to be had alone, but with others: users hold it. Not even so: the keeper has it and is stopping
    with locked(layout.lock("users"), fcntl.LOCK_SH | fcntl.LOCK_NB) as shared:
        return shared


def _failure(layout: Layout) -> str:
    """What happened, in the words of the servers' own logs."""
    logs = {name: last_lines(layout.log(name)) for name in ("keeper", "postgres", "redis")}
    details = "\n".join(f"--- {layout.log(name)}\n{text}" for name, text in logs.items() if text)
    return f"The embedded PostgreSQL and Redis did not start in {layout.data_dir}.\n{details}"
