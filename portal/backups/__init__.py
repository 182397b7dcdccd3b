"""Backups of the whole database and their return, for the commands `backup` and `restore`.

`write`, `check` and `restore` do on SQLite and PostgreSQL what each database itself offers for it.
"""

from portal.backups.errors import BackupError
from portal.backups.files import check, restore, suffix, write

__all__ = ["BackupError", "check", "restore", "suffix", "write"]
