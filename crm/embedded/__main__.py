"""The keeper: starts both servers, restarts one that dies, stops both when nobody uses them.

Started by `crm.embedded` with the data folder and the number of the open `keeper` lock file.
"""

import fcntl
import json
import os
import signal
import sys
import time
from types import FrameType
from typing import Protocol

from .files import EmbeddedServerError, Layout
from .postgres import Postgres
from .redis import Redis

POLL_SECONDS = 0.25
# After a crash PostgreSQL first goes through its write-ahead log
START_SECONDS = 60
START_ATTEMPTS = 4


class Server(Protocol):
    name: str

    def start(self) -> None: ...
    def is_running(self) -> bool: ...
    def is_ready(self) -> bool: ...
    def prepare(self) -> None: ...
    def stop(self) -> None: ...


class Keeper:
    """Owns the servers of one data folder."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.postgres = Postgres(layout)
        self.redis = Redis(layout)
        self.users = layout.lock("users").open("a")
        self.asked_to_stop = False

    @property
    def servers(self) -> tuple[Server, Server]:
        return self.redis, self.postgres

    def run(self) -> None:
        """Until nobody shares the `users` lock or somebody asks."""
        # Ctrl-C is for those who use the servers; when they have gone, these go too
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        try:
            self._start()
            while not self.asked_to_stop and not self._nobody_is_left():
                self._restart_the_dead()
                time.sleep(POLL_SECONDS)
        finally:
            self.layout.ready.unlink(missing_ok=True)
            for server in self.servers:
                server.stop()

    def _start(self) -> None:
        for server in self.servers:
            self._bring_up(server)
            server.prepare()
        facts = {"pid": os.getpid(), "database_url": self.postgres.url, "redis_url": self.redis.url}
        draft = self.layout.ready.with_suffix(".draft")
        draft.write_text(json.dumps(facts))
        # Whole or not at all: others wait for the file and read it at once
        draft.rename(self.layout.ready)

    def _restart_the_dead(self) -> None:
        for server in self.servers:
            if not server.is_running():
                print(f"{server.name} died; starting it again", flush=True)
                self._bring_up(server)

    def _bring_up(self, server: Server) -> None:
        """Tries again: the children of a killed PostgreSQL hold its memory for another moment."""
        for _ in range(START_ATTEMPTS):
            server.start()
            if self._becomes_ready(server):
                return
            time.sleep(1)
        raise EmbeddedServerError(f"{server.name} does not answer")

    def _becomes_ready(self, server: Server) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while not server.is_ready():
            if not server.is_running() or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _nobody_is_left(self) -> bool:
        """Take the `users` lock alone. Held until the end, it makes newcomers wait for a clean start."""
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _ask_to_stop(self, signal_number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True


def main() -> None:
    data_dir, lock = sys.argv[1], int(sys.argv[2])
    keeper = Keeper(Layout.of(data_dir))
    try:
        keeper.run()
    except EmbeddedServerError as error:
        sys.exit(str(error))
    finally:
        os.close(lock)  # before `users`, which the next one waits for


main()
