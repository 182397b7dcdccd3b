"""Backups of SQLite through its own online backup, which copies a database that is being written to."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from django.db import connection

from portal.backups.errors import BackupError

SUFFIX: Final = ".sqlite3"
BEGINS: Final = b"SQLite format 3\0"
_PATIENCE_S: Final = 30


def write(target: Path) -> None:
    """Copy the database into the empty file `target`, to be one file without a log beside it."""
    with closing(_open(_database())) as source, closing(sqlite3.connect(target)) as copy:
        _copy(source, copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def check(source: Path) -> None:
    """Have SQLite look at every page, every index and every reference."""
    try:
        # SQLite forgets the CHECK constraints of a database that it opens read-only, and would not look at them.
        with closing(_open(source, mode="rw")) as backup:
            backup.execute("PRAGMA query_only = 1")
            found = [row[0] for row in backup.execute("PRAGMA integrity_check(1)")]
            broken = backup.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source} is damaged: {error}.") from error
    if found != ["ok"] or broken:
        raise BackupError(f"{source} is damaged: {found[0] if found != ['ok'] else f'dangling reference in {broken}'}.")


def restore(source: Path) -> None:
    """Copy the backup over the database in one transaction, which readers see all at once."""
    with closing(_open(source)) as backup, closing(sqlite3.connect(_database(), timeout=_PATIENCE_S)) as target:
        _copy(backup, target)


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])


def _open(path: Path, mode: str = "ro") -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    try:
        source.backup(target, progress=_patience())
    except sqlite3.Error as error:
        raise BackupError(f"SQLite could not copy the database: {error}.") from error


def _patience() -> Callable[[int, int, int], None]:
    """Return what ends the waiting for a lock: `Connection.backup` by itself waits for ever."""
    until = time.monotonic() + _PATIENCE_S

    def wait(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > until:
            raise BackupError("The database is in use all the time: stop the site and its worker first.")

    return wait
