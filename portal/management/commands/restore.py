"""`manage.py restore FILE`: replace everything in the database by a backup, after asking."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ledger.verification import INVARIANTS, differences
from portal.backups import BackupError, check, restore


class Command(BaseCommand):
    """Stop the site and its worker first. Nothing is touched before the backup was read from end to end."""

    help = "Replace everything in the database by a backup, all or nothing, and verify the books."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument("--yes", action="store_true", help="do not ask before replacing what is there")

    def handle(self, *_args: Any, file: Path, yes: bool, **_options: Any) -> None:
        try:
            check(file)
            if connection.introspection.table_names() and not yes:
                _ask()
            restore(file)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {file}.")
        self._verify()

    def _verify(self) -> None:
        """Recompute the books; a backup of an older version has to be brought up to this one first."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("It is of an older version: run 'manage.py migrate', then 'manage.py verify_ledger'.")
            return
        if any(differences()):
            raise CommandError("The restored books do not add up: run 'manage.py verify_ledger'.", returncode=1)
        self.stdout.write(f"The books are sound: {len(INVARIANTS)} invariants hold.")


def _ask() -> None:
    """Have a person confirm.

    Raises:
        CommandError: nobody is there to ask, or the answer is no.
    """
    name = connection.settings_dict["NAME"]
    if not sys.stdin.isatty():
        raise CommandError(f"{name} holds data, and nobody can be asked: add --yes to replace it.")
    if input(f"Everything in {name} will be replaced. Type 'replace' to go on: ") != "replace":
        raise CommandError("Nothing was changed.")
