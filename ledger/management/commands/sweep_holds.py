"""`manage.py sweep_holds`: what the worker does every minute, by hand and for any instant."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.expiry import sweep_holds
from ledger.instants import parse_instant


class Command(BaseCommand):
    """Safe to run at any time, twice, or late."""

    help = "Release every hold that nobody settled in time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=parse_instant, help="RFC 3339 time to act as of; the present by default.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sweep_holds(at=options['at'])} holds released.")
