"""A real PostgreSQL, with fsync, that tests kill, pause and start again."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests import postgres_server as wheel

START_TIMEOUT_S = 240
SETTINGS = ("min_wal_size=4MB", "max_wal_size=32MB", "checkpoint_timeout=30s", "recovery_init_sync_method=syncfs")


class Postgres:
    """One server on a socket in a directory of its own."""

    def __init__(
        self,
        directory: Path | None = None,
        *,
        copy_of: Path | None = None,
        initdb: Sequence[str] = (),
        settings: Sequence[str] = (),
    ) -> None:
        self.directory = directory or Path(tempfile.mkdtemp(prefix="faults-pg-"))
        self.settings = [*SETTINGS, *settings]
        self.identity = wheel._identity()
        if self.identity:
            os.chown(self.directory, self.identity["user"], self.identity["group"])
        self.binaries = wheel._reachable_binaries(self.directory, self.identity)
        if copy_of:
            command = ["cp", "--recursive", "--preserve=mode", copy_of, self.directory / "data"]
            subprocess.run(command, check=True, **self.identity)
        else:
            self._initialise(initdb)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://postgres@/postgres?host={self.directory}"

    @property
    def conninfo(self) -> str:
        return f"host={self.directory} user=postgres dbname=postgres connect_timeout=5"

    def start(self) -> None:
        """Start it and wait until it takes connections, as often as it takes: whoever supervises it would."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            self.process = wheel._start(self.binaries, self.directory, self.identity, self.settings, {})
            while self.process.poll() is None:
                if self.is_ready():
                    return
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.02)
            # The former one's backends may not all have noticed yet.
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def is_ready(self) -> bool:
        command = [self.binaries / "pg_isready", "-q", "-h", self.directory]
        return subprocess.run(command, check=False).returncode == 0

    def log(self) -> str:
        return (self.directory / "server.log").read_text()[-4000:]

    def children(self) -> dict[int, str]:
        """Its processes and what each says it does."""
        assert self.process
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid:
                    title = stat.with_name("cmdline").read_bytes().rstrip(b"\0").decode(errors="replace")
                    found[int(stat.parent.name)] = title
            except OSError:
                continue
        return found

    def kill_postmaster(self) -> None:
        """Kill only the first process; the others find out by themselves."""
        assert self.process
        left = self.children()
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + START_TIMEOUT_S
        while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < deadline:
            time.sleep(0.01)

    def kill_all(self) -> None:
        """Kill every process at once, as a machine that stops."""
        assert self.process
        for pid in (self.process.pid, *self.children()):
            _signal(pid, signal.SIGKILL)
        self.process.wait()

    def kill_backend(self, chance: random.Random) -> bool:
        """Kill one process that serves a client; the server then recovers by itself."""
        serving = [pid for pid, title in self.children().items() if "[local]" in title]
        if serving:
            _signal(chance.choice(serving), signal.SIGKILL)
        return bool(serving)

    def pause(self) -> None:
        """Stop every process where it is."""
        assert self.process
        for pid in (self.process.pid, *self.children()):
            _signal(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process
        for pid in (self.process.pid, *self.children()):
            _signal(pid, signal.SIGCONT)

    def run(self, program: str, *options: str | Path) -> None:
        """Run one of the server's own programs, as its own user."""
        command = [self.binaries / program, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self.identity)
        assert done.returncode == 0, done.stderr

    def stop(self) -> None:
        """Stop it in order."""
        if self.process and self.process.poll() is None:
            self.go_on()
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=START_TIMEOUT_S)

    def remove(self) -> None:
        self.stop()
        if self.directory.is_mount():
            return
        shutil.rmtree(self.directory, ignore_errors=True)

    def _initialise(self, more: Sequence[str]) -> None:
        options = ["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--no-locale", *more]
        command = [self.binaries / "initdb", "--pgdata", self.directory / "data", *options]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        subprocess.run([*command, *locale], cwd=self.directory, check=True, capture_output=True, **self.identity)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
