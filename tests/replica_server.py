"""A streaming replica of a test's PostgreSQL server, from the same wheel."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.postgres_server import START_TIMEOUT_S, _identity, _reachable_binaries, _start, _wait_until_ready


@dataclass(frozen=True, slots=True)
class Replica:
    """Where the replica is, and the process that serves it."""

    url: str
    pid: int


@contextmanager
def running_replica(primary_url: str) -> Iterator[Replica]:
    """Copy the primary, stream from it, yield the copy, and remove it afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="chpgr-"))
    identity = _identity()
    try:
        if identity:
            os.chown(directory, identity["user"], identity["group"])
        binaries = _reachable_binaries(directory, identity)
        primary = parse_qs(urlsplit(primary_url).query)["host"][0]
        copy = [binaries / "pg_basebackup", "--host", primary, "--username=postgres", "--pgdata", directory / "data"]
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        subprocess.run([*copy, *options], cwd=directory, check=True, **identity)
        server = _start(binaries, directory, identity, [], {})
        try:
            _wait_until_ready(binaries, directory, server)
            yield Replica(f"postgres://postgres@/postgres?host={directory}", server.pid)
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGQUIT)
            server.wait(timeout=START_TIMEOUT_S)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
