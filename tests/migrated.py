"""Migrated databases without the wait: what one run's migrations made is kept in var/tests, and the next run copies it.

Whoever copies still migrates, and then finds nothing to do: a copy that is missing costs time, never truth.
"""

import hashlib
import os
import sqlite3
import subprocess
from contextlib import closing
from functools import cache
from pathlib import Path
from shutil import copyfile
from urllib.parse import urlsplit

from django.db.backends.base.base import BaseDatabaseWrapper

from tests.postgres_server import programs

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var/tests"


def url_of_the_tests(connection: BaseDatabaseWrapper) -> str:
    """Return the DATABASE_URL of the database that Django makes for this process's tests."""
    name = connection.settings_dict["TEST"]["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def make_anew(url: str) -> None:
    """Make an empty database, whatever is left of an earlier one with this name, and fill it from what is kept."""
    if url.startswith("sqlite"):
        for ending in ("", "-wal", "-shm"):
            Path(f"{_file(url)}{ending}").unlink(missing_ok=True)
    else:
        name = urlsplit(url).path[1:]
        commands = ["-c", f'DROP DATABASE IF EXISTS "{name}"', "-c", f'CREATE DATABASE "{name}"']
        _psql(os.environ["DATABASE_URL"], *commands)
    fill(url)


def fill(url: str) -> None:
    """Copy what is kept of the migrations into an empty database; where nothing is kept it stays empty."""
    kept = _kept(url)
    if not kept.exists():
        return
    if url.startswith("sqlite"):
        copyfile(kept, _file(url))
    else:
        _psql(url, "--single-transaction", "--file", str(kept))


def keep(url: str) -> None:
    """Keep a database that was just migrated and has nothing else in it, unless that was done."""
    kept = _kept(url)
    if kept.exists():
        return
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(_file(url))) as connection:
            connection.execute("VACUUM INTO ?", [str(fresh)])
    else:
        subprocess.run([programs() / "pg_dump", "--no-owner", "--file", fresh, url], check=True)
    for old in set(kept.parent.glob(f"migrated-*{kept.suffix}")) - {kept}:
        old.unlink(missing_ok=True)
    fresh.replace(kept)


def _kept(url: str) -> Path:
    return KEPT / f"migrated-{_digest()}.{'sqlite3' if url.startswith('sqlite') else 'sql'}"


@cache
def _digest() -> str:
    sources = [*ROOT.glob("*/migrations/*.py"), ROOT / "ledger/ids.py", *ROOT.glob("requirements/*.txt")]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sorted(sources))).hexdigest()[:16]


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _psql(url: str, *arguments: str) -> None:
    quietly = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", "--output=/dev/null"]
    environment = os.environ | {"PGOPTIONS": "--client-min-messages=warning"}
    subprocess.run([programs() / "psql", *quietly, *arguments, url], check=True, env=environment)
