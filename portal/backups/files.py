"""Backup files: written beside their place, for their owner only, checked, and only then given their name."""

import os
from pathlib import Path
from types import ModuleType
from typing import Final

from django.db import connection, connections

from portal.backups import postgresql, sqlite
from portal.backups.errors import BackupError

_KINDS: Final[dict[str, ModuleType]] = {"sqlite": sqlite, "postgresql": postgresql}


def suffix() -> str:
    """Return how the names of this database's backups end."""
    return str(_kind().SUFFIX)


def write(target: Path) -> None:
    """Write a backup of the database as it is at this moment, while the site goes on, and read it back.

    Raises:
        BackupError: the file exists, or it could not be written or read back.
    """
    if target.exists():
        raise BackupError(f"{target} exists and is not overwritten.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _kind().write(draft)
        _kind().check(draft)
        _reach_the_disk(draft)
        draft.rename(target)
        _reach_the_disk(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def check(source: Path) -> None:
    """Read a backup from end to end.

    Raises:
        BackupError: it is not a sound backup of this kind of database.
    """
    if not source.is_file():
        raise BackupError(f"There is no file {source}.")
    with source.open("rb") as file:
        if file.read(len(_kind().BEGINS)) != _kind().BEGINS:
            raise BackupError(f"{source} is no backup of a {connection.display_name} database.")
    _kind().check(source)


def restore(source: Path) -> None:
    """Replace everything in the database by a backup, all or nothing.

    Raises:
        BackupError: it could not be restored; the database is as it was.
    """
    connections.close_all()
    _kind().restore(source)


def _kind() -> ModuleType:
    return _KINDS[connection.vendor]


def _reach_the_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
