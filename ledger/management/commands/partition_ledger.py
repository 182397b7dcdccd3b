"""`manage.py partition_ledger`: cuts the large tables of a PostgreSQL database into hash partitions by contract."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import NotSupportedError

from ledger.partitions import partition


class Command(BaseCommand):
    help = "Cut the large tables into hash partitions by contract: PostgreSQL, while nobody works, not to be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partitions", type=int, default=16, help="how many parts each table gets")

    def handle(self, *_args: Any, partitions: int, **_options: Any) -> None:
        try:
            moved = partition(partitions)
        except (NotSupportedError, ValueError) as refusal:
            raise CommandError(str(refusal)) from refusal
        for table, rows in moved.items():
            self.stdout.write(f"{table}: {partitions} partitions, {rows} rows.")
        if not moved:
            self.stdout.write("The tables are cut already.")
