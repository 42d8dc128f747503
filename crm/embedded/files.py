"""Where the embedded servers of one data folder keep their files, and the locks on them."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes on Linux and 104 on macOS
LARGEST_LOG_BYTES = 5_000_000


class EmbeddedServerError(RuntimeError):
    """A server could not be started; the text says which one and what it wrote last."""


@dataclass(frozen=True)
class Layout:
    """Where the embedded servers of one data folder keep their files."""

    data_dir: Path

    @classmethod
    def of(cls, data_dir: str | os.PathLike[str]) -> "Layout":
        return cls(Path(data_dir).expanduser().resolve())

    @property
    def postgres(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def redis(self) -> Path:
        return self.data_dir / "redis"

    @property
    def logs(self) -> Path:
        return self.data_dir / "log"

    @property
    def run(self) -> Path:
        return self.data_dir / "run"

    @property
    def ready(self) -> Path:
        """JSON with `pid`, `database_url`, `redis_url`; exists only while both servers answer."""
        return self.run / "ready.json"

    def lock(self, name: str) -> Path:
        return self.run / f"{name}.lock"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def make_folders(self) -> None:
        for folder in (self.redis, self.logs, self.run):
            folder.mkdir(parents=True, exist_ok=True)

    def sockets(self) -> Path:
        """A folder for sockets: beside the data, or a private temporary one where that path is too long."""
        beside = self.run / "sockets"
        if len(os.fsencode(beside / "postgres" / ".s.PGSQL.5432.lock")) < LONGEST_SOCKET_PATH:
            return beside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        # By user and by folder: two clones of one user have a server each
        return Path(tempfile.gettempdir()) / f"crm-{os.geteuid()}-{digest}"


@contextlib.contextmanager
def locked(path: Path, operation: int = fcntl.LOCK_EX) -> Iterator[bool]:
    """Hold a lock on a file. Yields False where LOCK_NB was asked and somebody else holds it."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, operation)
        except BlockingIOError:
            yield False
        else:
            yield True


def keeper_is_running(layout: Layout) -> bool:
    """Asks for a shared lock, so that two who ask at once do not take each other for the keeper."""
    if not layout.run.exists():
        return False
    with locked(layout.lock("keeper"), fcntl.LOCK_SH | fcntl.LOCK_NB) as free:
        return not free


def last_lines(path: Path, count: int = 8) -> str:
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; one that has grown large starts anew."""
    too_large = path.exists() and path.stat().st_size > LARGEST_LOG_BYTES
    return path.open("wb" if too_large else "ab")


def private_folder(path: Path, mode: int = 0o700) -> Path:
    """Make a folder of our own; refuse one that somebody else put there first."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    # In /tmp anybody may have made it first, and then could read what passes through the sockets
    if path.is_symlink() or path.stat().st_uid not in (os.geteuid(), 0):
        raise EmbeddedServerError(f"{path} belongs to another user; remove it or choose another DATA_DIR.")
    path.chmod(mode)
    return path


def package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def wait_for_exit(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def answers(path: Path) -> bool:
    """Whether a server listens on this socket."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


def ask(path: Path, request: bytes) -> bytes:
    """One request to a server on a socket; empty where nobody listens."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(request)
            return client.recv(64)
        except OSError:
            return b""
